package twilio

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
)

// verdict is what an error code means.
type verdict struct {
	outcome bot.SendOutcome
	text    string
	muted   bool
}

// verdicts, by Twilio's code ("Error and warning dictionary"). Texts of its
// answers hold numbers and are never told.
var verdicts = map[string]verdict{
	"21610": {bot.SendReject, "this person has sent STOP", true},
	"21211": {bot.SendReject, "this is not a valid number", false},
	"21614": {bot.SendReject, "this is not a mobile number", false},
	"21612": {bot.SendReject, "this number cannot be reached from our sender", false},
	"21408": {bot.SendReject, "sending to this country is not switched on at Twilio", false},
	"21606": {bot.SendReject, "our sender cannot send text messages to this number", false},
	"21617": {bot.SendReject, "the message is too long", false},
	"20003": {bot.SendPause, "Twilio refuses our account sid or auth token", false},
	"20404": {bot.SendPause, "Twilio does not know our account", false},
	"20429": {bot.SendRetry, "too many calls", false},
	"14107": {bot.SendRetry, "too many messages", false},
	"30001": {bot.SendRetry, "Twilio's queue is full", false},
	"30008": {bot.SendRetry, "the network had an unknown error", false},
	"30410": {bot.SendRetry, "the carrier did not answer in time", false},
	"30003": {bot.SendReject, "the phone is off or out of reach", false},
	"30004": {bot.SendReject, "this number does not take messages from us", false},
	"30005": {bot.SendReject, "this number does not exist", false},
	"30006": {bot.SendReject, "this is a landline", false},
	"30007": {bot.SendReject, "the carrier has filtered the message", false},
	"30034": {bot.SendReject, "our sender is not registered with this carrier", false},
}

func verdictOf(code string) verdict {
	if v, ok := verdicts[code]; ok {
		return v
	}
	return verdict{outcome: bot.SendReject, text: "Twilio could not deliver it"}
}

// failure makes an error of an answer that took no message: by its code where
// there is one, otherwise by its HTTP status.
func failure(status, code int, wait string) *bot.SendError {
	e := &bot.SendError{Code: strconv.Itoa(status)}
	if code != 0 {
		e.Code = strconv.Itoa(code)
	}
	v, known := verdicts[e.Code]
	switch {
	case known:
		e.Outcome, e.Text, e.Muted = v.outcome, v.text, v.muted
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Outcome, e.Text = bot.SendPause, "Twilio refuses our account sid or auth token"
	case status == http.StatusTooManyRequests:
		e.Outcome, e.Text = bot.SendRetry, "too many calls"
	case status >= http.StatusInternalServerError:
		e.Outcome, e.Text = bot.SendRetry, "Twilio is unavailable for a moment"
	default:
		e.Outcome, e.Text = bot.SendReject, "Twilio refuses this message"
	}
	if seconds, err := strconv.Atoi(strings.TrimSpace(wait)); err == nil && e.Outcome == bot.SendRetry {
		e.After = min(time.Duration(max(seconds, 0))*time.Second, maxWait)
	}
	return e
}

// maxWait is the longest wait Twilio is believed.
const maxWait = time.Hour
