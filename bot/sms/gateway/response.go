package gateway

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/flows/bangla"
)

// Bounds of what is believed of an answer.
const (
	maxAnswer    = 64 << 10 // bytes
	maxErrorText = 200      // UTF-16 units of a gateway's own words
	maxCode      = 40       // bytes of an error code
	longestWait  = time.Hour
)

// response is a gateway's answer to a call.
type response struct {
	status int
	header http.Header
	body   []byte
	text   string            // of our message, which no error may quote
	parsed map[bool]document // by "is XML", once it was asked for
}

// value is the text at a path of the body. A path with a slash is one of XML.
func (a *response) value(path string, asXML bool) (string, bool) {
	d, ok := a.parsed[asXML]
	if !ok {
		parse := parseJSON
		if asXML {
			parse = parseXML
		}
		if a.parsed == nil {
			a.parsed = map[bool]document{}
		}
		d, ok = parse(a.body)
		if !ok {
			d = nil
		}
		a.parsed[asXML] = d
	}
	if d == nil {
		return "", false
	}
	return d.value(path)
}

// at is the text at a path, of JSON or XML as the path is written.
func (a *response) at(path string) string {
	if path == "" {
		return ""
	}
	v, _ := a.value(path, strings.HasPrefix(path, "/"))
	return strings.TrimSpace(v)
}

// judge says what an answer means for a message. nil is success.
func (p *profile) judge(a *response, doubts int) *bot.SendError {
	s := p.send
	if s.accepts(a) {
		return nil
	}
	code := a.at(s.errorCode)
	if doubts > 0 && s.dupCodes[code] {
		return nil // the attempt before has arrived
	}
	e := &bot.SendError{Outcome: s.outcome(a, code), Code: p.mask(cutBytes(code, maxCode))}
	e.Text = p.reason(a, e.Outcome)
	if e.Code == "" {
		e.Code = "HTTP " + strconv.Itoa(a.status)
	}
	if e.Outcome == bot.SendRetry {
		e.After = waitOf(a.header)
	}
	if e.Outcome == bot.SendUnknown {
		e.Once = !s.dedup
	}
	return e
}

// accepts says whether the answer is the profile's idea of success; without
// one it is any 2xx.
func (s *sending) accepts(a *response) bool {
	if len(s.ok) > 0 {
		return s.ok.holds(a)
	}
	return a.status >= 200 && a.status < 300
}

// outcome is what a refusal means: by the profile's rules, its codes, the
// status; a code that nobody has listed is final, and what says nothing at
// all is tried again.
func (s *sending) outcome(a *response, code string) bot.SendOutcome {
	switch {
	case s.auth.holds(a):
		return bot.SendPause
	case s.retry.holds(a):
		return bot.SendRetry
	case s.reject.holds(a):
		return bot.SendReject
	case s.authCodes[code]:
		return bot.SendPause
	case s.retryCodes[code]:
		return bot.SendRetry
	case s.rejectCodes[code]:
		return bot.SendReject
	}
	switch {
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden || a.status >= 300 && a.status < 400:
		return bot.SendPause
	case a.status == http.StatusGatewayTimeout:
		return bot.SendUnknown // something on the way gave up waiting for the gateway
	case a.status == http.StatusTooManyRequests || a.status >= 500 || code == "":
		return bot.SendRetry
	}
	return bot.SendReject
}

// reason is what people read: the gateway's own words, masked, after ours.
func (p *profile) reason(a *response, outcome bot.SendOutcome) string {
	ours := map[bot.SendOutcome]string{
		bot.SendPause:   "the SMS gateway refuses our access",
		bot.SendRetry:   "the SMS gateway did not take the message now",
		bot.SendReject:  "the SMS gateway refuses this message",
		bot.SendUnknown: "the SMS gateway may have taken the message",
	}[outcome]
	said := bangla.Clean(a.at(p.send.errorText))
	if a.text != "" {
		said = strings.ReplaceAll(said, a.text, "…")
	}
	if theirs := p.mask(said); theirs != "" {
		return ours + ": " + theirs
	}
	return ours
}

// waitOf is how long the gateway asks to wait.
func waitOf(h http.Header) time.Duration {
	s, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || s <= 0 {
		return 0
	}
	return min(time.Duration(min(s, int(longestWait/time.Second)))*time.Second, longestWait)
}

// numbers are runs of digits long enough to be somebody's number.
var numbers = regexp.MustCompile(`\+?[0-9০-৯][0-9০-৯ ()-]{5,}[0-9০-৯]`)

// leastSecret is the shortest setting that is looked for in texts.
const leastSecret = 3

// mask takes secrets and numbers out of a gateway's words and bounds them.
func (p *profile) mask(s string) string {
	for _, secret := range p.secrets {
		if len(secret) >= leastSecret {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	s = strings.Join(strings.Fields(numbers.ReplaceAllString(s, "…")), " ")
	s, _ = bangla.Graphemes(s, maxErrorText)
	return s
}

func cutBytes(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}
