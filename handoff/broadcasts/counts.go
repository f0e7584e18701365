package broadcasts

import (
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// Plan is how a broadcast would reach its audience if it were sent now.
type Plan struct {
	Total       int        // everybody of the audience
	Ways        []WayCount // by which how many are told, in the order of Ways; none is left out
	Segments    int        // of all SMS
	Poisha      int64      // what the SMS cost, in hundredths of a taka; see Priced
	Priced      bool       // a price is known for all of them
	Unreachable int        // no way is open
	OptedOut    int        // every way that is there was stopped, or the topic left
	Twice       int        // another contact has the same address and is told there
	Hindered    []Hindered // why ways were not open for those who are told by none, the most frequent first
}

// Reached is how many are told.
func (p Plan) Reached() (n int) {
	for _, w := range p.Ways {
		n += w.Recipients
	}
	return n
}

// WayCount is how many are told by a way.
type WayCount struct {
	Way        flows.Way
	Recipients int
	Segments   int // of SMS; 0 by other ways
}

// Hindered is how many are told by no way, and a way was closed for this reason.
type Hindered struct {
	Way    flows.Way
	Reason string // of notices.Reason… or ours
	N      int
}

// Results are what has become of a broadcast so far.
type Results struct {
	Counts
	Ways     []WayResult // in the order of Ways; those that were taken
	Failures []Failure   // and what was skipped or is unknown, the most frequent first, at most 50
	Segments int         // of the SMS that were handed over
	Tests    int         // sent by staff to themselves; in no other count
}

// WayResult is what has become of those who were told by a way.
type WayResult struct {
	Way      flows.Way
	Counts       // of this way alone; Skipped and Waiting are 0
	Segments int // of SMS
}

// Failure is how many recipients ended in a status for a reason.
type Failure struct {
	Way    flows.Way // empty: by none
	Status Status    // StatusFailed, StatusUnknown or StatusSkipped
	Reason string
	N      int
}

// Row is a line of the ledger: a way of a recipient, or a recipient without any.
type Row struct {
	Recipient int64
	Contact   handoff.Ref
	Way       flows.Way // empty: none yet
	Language  string
	Segments  int
	Status    Status
	Reason    string
	At        time.Time
}

// Test is what somebody of the staff has sent to himself.
type Test struct {
	ID       uuid.UUID
	By       handoff.Ref
	Way      flows.Way
	Language string
	Segments int
	Status   Status // StatusSent, StatusFailed, StatusUnknown; StatusSending while it is under way
	Reason   string
	At       time.Time
}
