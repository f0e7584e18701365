package bot

import (
	"regexp"
	"slices"
)

// Lost is why a message did not go out, as the record holds it.
type Lost struct {
	Outcome SendOutcome // empty: it was not sending that failed
	Text    string      // the provider's or the channel's own words, with its code
}

var sendFault = regexp.MustCompile(`^send: (\w+)(?: \((.*?)\))?: (.*)$`)

// LostOf reads what SendError wrote into the record. Anything else, such as the
// note of a receipt, is a Text without an Outcome.
func LostOf(recorded string) Lost {
	m := sendFault.FindStringSubmatch(recorded)
	if m == nil || !slices.Contains([]SendOutcome{SendRetry, SendReject, SendUnknown, SendPause}, SendOutcome(m[1])) {
		return Lost{Text: recorded}
	}
	l := Lost{Outcome: SendOutcome(m[1]), Text: m[3]}
	if m[2] != "" {
		l.Text += " (" + m[2] + ")"
	}
	return l
}
