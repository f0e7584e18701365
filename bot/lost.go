package bot

import (
	"regexp"
	"slices"
)

// Lost is why a message did not go out, as the record holds it.
type Lost struct {
	Outcome SendOutcome // empty: it was not sending that failed
	Text    string      // the provider's or the channel's own words, with its code
	Closed  bool        // the channel takes no free messages to this person any more
	Budget  bool        // what SMS may cost in that month was used up
}

// closedMark stands in the record for SendError.Closed.
const closedMark = "closed"

var sendFault = regexp.MustCompile(`^send: (\w+)( ` + closedMark + `)?(?: \((.*?)\))?: (.*)$`)

// LostOf reads what SendError wrote into the record. Anything else, such as the
// note of a receipt, is a Text without an Outcome.
func LostOf(recorded string) Lost {
	m := sendFault.FindStringSubmatch(recorded)
	if m == nil || !slices.Contains([]SendOutcome{SendRetry, SendReject, SendUnknown, SendPause}, SendOutcome(m[1])) {
		return Lost{Text: recorded}
	}
	l := Lost{Outcome: SendOutcome(m[1]), Text: m[4], Closed: m[2] != "", Budget: m[3] == CodeBudget}
	if m[3] != "" {
		l.Text += " (" + m[3] + ")"
	}
	return l
}
