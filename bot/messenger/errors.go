package messenger

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// Waits that are asked of the outbox where Meta names none.
const (
	waitAbuse  = time.Hour        // 613/2018338: tags were misused
	waitThread = 10 * time.Minute // another app has the thread and may hand it back
	maxWait    = 24 * time.Hour   // no longer wait is believed
)

// verdict is what an error code means.
type verdict struct {
	outcome bot.SendOutcome
	text    string
	after   time.Duration
	closed  bool
}

// anySubcode is the verdict of a code whose subcode is not in the table.
const anySubcode = 0

// verdicts, by code and subcode: protocol notes from Meta's "error codes" and
// "rate limiting" pages (June 2026). Texts of errors are localised and never
// looked at.
var verdicts = map[[2]int]verdict{
	{10, 2018278}:       {outcome: bot.SendReject, closed: true, text: "the window for answers has closed"},
	{10, 2534022}:       {outcome: bot.SendReject, closed: true, text: "the window for answers has closed"},
	{10, 2018065}:       {outcome: bot.SendReject, closed: true, text: "the window for answers has closed"},
	{10, 2018108}:       {outcome: bot.SendReject, text: "this person cannot receive messages from the Page"},
	{10, 1893063}:       {outcome: bot.SendPause, text: "Meta has restricted the Page from sending"},
	{10, anySubcode}:    {outcome: bot.SendPause, text: "the app has no permission to send"},
	{551, anySubcode}:   {outcome: bot.SendReject, text: "this person is not available"},
	{200, 1545041}:      {outcome: bot.SendReject, text: "this person is not available"},
	{200, 2018028}:      {outcome: bot.SendPause, text: "the app is still in development mode"},
	{200, anySubcode}:   {outcome: bot.SendPause, text: "the app has no permission to send"},
	{3, anySubcode}:     {outcome: bot.SendPause, text: "the app has no permission to send"},
	{100, 2018001}:      {outcome: bot.SendReject, text: "Messenger knows no such person"},
	{100, 2018008}:      {outcome: bot.SendReject, text: "Messenger could not fetch the file"},
	{100, 2018047}:      {outcome: bot.SendReject, text: "Messenger could not take the file"},
	{100, 2018294}:      {outcome: bot.SendReject, text: "Messenger could not take the file"},
	{100, 2534037}:      {outcome: bot.SendReject, text: "another app has this conversation"},
	{100, 2018300}:      {outcome: bot.SendRetry, after: waitThread, text: "another app has this conversation"},
	{100, anySubcode}:   {outcome: bot.SendReject, text: "Messenger refuses this message"},
	{102, anySubcode}:   {outcome: bot.SendPause, text: "the page token is no longer valid"},
	{190, anySubcode}:   {outcome: bot.SendPause, text: "the page token is no longer valid"},
	{190, 463}:          {outcome: bot.SendPause, text: "the page token has expired"},
	{190, 458}:          {outcome: bot.SendPause, text: "the app was removed from the Page"},
	{190, 460}:          {outcome: bot.SendPause, text: "the page token was withdrawn by a change of password"},
	{368, anySubcode}:   {outcome: bot.SendPause, text: "Meta has blocked the Page for a while"},
	{4, anySubcode}:     {outcome: bot.SendRetry, text: "too many calls"},
	{17, anySubcode}:    {outcome: bot.SendRetry, text: "too many calls"},
	{32, anySubcode}:    {outcome: bot.SendRetry, text: "too many calls"},
	{613, anySubcode}:   {outcome: bot.SendRetry, text: "too many calls"},
	{613, 2018338}:      {outcome: bot.SendRetry, after: waitAbuse, text: "Meta slows the Page down for its use of tags"},
	{80006, anySubcode}: {outcome: bot.SendRetry, text: "too many calls"},
	{1, anySubcode}:     {outcome: bot.SendUnknown, text: "Messenger had an unknown error"},
	{2, anySubcode}:     {outcome: bot.SendRetry, text: "Messenger is unavailable for a moment"},
	{1200, anySubcode}:  {outcome: bot.SendRetry, text: "Messenger is unavailable for a moment"},
}

// graphError is the error object of an answer.
type graphError struct {
	code, subcode int
	trace         string
	transient     bool
}

func readError(v lenient.Value) (e graphError) {
	for name, m := range v.Members() {
		switch string(name) {
		case "code":
			f, _ := m.Float()
			e.code = int(f)
		case "error_subcode":
			f, _ := m.Float()
			e.subcode = int(f)
		case "is_transient":
			e.transient = m.Bool()
		case "fbtrace_id":
			e.trace = m.ID(maxID)
		}
	}
	return e
}

// refusal turns an answer that is not a success into what it means.
func refusal(resp *http.Response, v lenient.Value) *bot.SendError {
	if v.Kind() != lenient.Object {
		return byStatus(resp)
	}
	e := readError(v)
	w, known := verdicts[[2]int{e.code, e.subcode}]
	if !known {
		w, known = verdicts[[2]int{e.code, anySubcode}]
	}
	if !known {
		w = unknownCode(resp.StatusCode, e.transient)
	}
	err := &bot.SendError{Outcome: w.outcome, Code: code(e), Text: w.text, After: w.after, Closed: w.closed}
	if e.trace != "" {
		err.Err = fmt.Errorf("status %d, trace %q", resp.StatusCode, e.trace)
	}
	if w.outcome == bot.SendRetry && err.After == 0 {
		err.After = wait(resp.Header)
	}
	return err
}

// tagRefused are the codes by which Meta refuses the tag HUMAN_AGENT to an app
// that it has not granted it: no permission (10, 200, 3), or a parameter that is
// not allowed (100).
var tagRefused = []string{"10", "200", "3", "100"}

// ofTag is the error of an answer that a person sent after the first day. Without
// the permission for that this message fails; others go on.
func ofTag(err error) error {
	var e *bot.SendError
	if !errors.As(err, &e) || !slices.Contains(tagRefused, e.Code) {
		return err
	}
	return &bot.SendError{
		Outcome: bot.SendReject, Code: e.Code, Closed: true, Err: e.Err,
		Text: "Meta has not granted the Page's app the Human Agent permission, so nobody can answer here after 24 hours: telephone or send an SMS",
	}
}

func code(e graphError) string {
	if e.subcode == 0 {
		return strconv.Itoa(e.code)
	}
	return strconv.Itoa(e.code) + "/" + strconv.Itoa(e.subcode)
}

func unknownCode(status int, transient bool) verdict {
	switch {
	case transient:
		return verdict{outcome: bot.SendRetry, text: "Messenger is unavailable for a moment"}
	case status == http.StatusTooManyRequests:
		return verdict{outcome: bot.SendRetry, text: "too many calls"}
	case status >= http.StatusInternalServerError:
		return verdict{outcome: bot.SendUnknown, text: "Messenger had an error"}
	default:
		return verdict{outcome: bot.SendReject, text: "Messenger refuses this message"}
	}
}

// byStatus judges an answer without Graph's error object: a gateway on the
// way answered, or the API's address is wrong.
func byStatus(resp *http.Response) *bot.SendError {
	err := &bot.SendError{Code: "HTTP " + strconv.Itoa(resp.StatusCode)}
	switch s := resp.StatusCode; {
	case s >= http.StatusInternalServerError || s == http.StatusRequestTimeout || s < http.StatusMultipleChoices:
		err.Outcome, err.Text = bot.SendUnknown, "Messenger did not answer properly"
	case s == http.StatusTooManyRequests:
		err.Outcome, err.Text, err.After = bot.SendRetry, "too many calls", wait(resp.Header)
	case s == http.StatusUnauthorized || s == http.StatusForbidden || s == http.StatusNotFound || s < http.StatusBadRequest:
		err.Outcome, err.Text = bot.SendPause, "the Graph API's address or the page token is refused"
	default:
		err.Outcome, err.Text = bot.SendRetry, "something on the way to Messenger refused the call"
	}
	return err
}

// wait is how long Meta asks to wait: Retry-After in seconds, or the minutes
// of X-Business-Use-Case-Usage.
func wait(h http.Header) time.Duration {
	if s, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After"))); err == nil && s > 0 {
		return min(time.Duration(s)*time.Second, maxWait)
	}
	usage, _ := lenient.Parse([]byte(h.Get("X-Business-Use-Case-Usage")))
	longest := 0.0
	for _, page := range usage.Members() {
		for use := range page.Items() {
			minutes, _ := use.Member("estimated_time_to_regain_access").Float()
			longest = max(longest, minutes)
		}
	}
	return time.Duration(min(longest, maxWait.Minutes()) * float64(time.Minute))
}
