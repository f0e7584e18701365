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
	"21602": {bot.SendReject, "the message is empty", false},
	"21608": {bot.SendReject, "a trial account of Twilio sends to verified numbers only", false},
	"21635": {bot.SendReject, "this is a landline", false},
	"20003": {bot.SendPause, "Twilio refuses our account sid or auth token", false},
	"20404": {bot.SendPause, "Twilio does not know our account", false},
	"10001": {bot.SendPause, "the Twilio account is not active", false},
	"20005": {bot.SendPause, "the Twilio account is not active", false},
	"21603": {bot.SendPause, "Twilio does not accept our sender", false},
	"21609": {bot.SendPause, "Twilio does not accept our public address for status callbacks", false},
	"21659": {bot.SendPause, "our sender is not a number of Twilio's", false},
	"21660": {bot.SendPause, "our sender belongs to another Twilio account", false},
	"21701": {bot.SendPause, "there is no such messaging service", false},
	"21703": {bot.SendPause, "the messaging service has no number to send from", false},
	"21704": {bot.SendPause, "the messaging service has no number to send from", false},
	"30002": {bot.SendPause, "the Twilio account is suspended", false},
	"20503": {bot.SendRetry, "Twilio is unavailable for a moment", false},
	"21611": {bot.SendRetry, "our sender's queue at Twilio is full", false},
	"21730": {bot.SendRetry, "Twilio is under maintenance", false},
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
	if v, known := verdicts[e.Code]; known {
		e.Outcome, e.Text, e.Muted = v.outcome, v.text, v.muted
	} else {
		e.Outcome, e.Text = byStatus(status, code != 0)
	}
	if seconds, err := strconv.Atoi(strings.TrimSpace(wait)); err == nil && e.Outcome == bot.SendRetry {
		e.After = min(time.Duration(max(seconds, 0))*time.Second, maxWait)
	}
	return e
}

// byStatus judges an answer by its HTTP status alone; twilios tells whether it
// is Twilio's own, if with a code that is not in the table, or that of
// something on the way. Only "unavailable" says that the message was not taken:
// behind a gateway's other faults it may have been.
func byStatus(status int, twilios bool) (bot.SendOutcome, string) {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return bot.SendPause, "Twilio refuses our account sid or auth token"
	case status == http.StatusTooManyRequests:
		return bot.SendRetry, "too many calls"
	case status == http.StatusServiceUnavailable:
		return bot.SendRetry, "Twilio is unavailable for a moment"
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		return bot.SendUnknown, "Twilio did not answer properly"
	case status < http.StatusBadRequest || status == http.StatusNotFound && !twilios:
		return bot.SendPause, "Twilio's API is not at the address that is set"
	default:
		return bot.SendReject, "Twilio refuses this message"
	}
}

// maxWait is the longest wait Twilio is believed.
const maxWait = time.Hour
