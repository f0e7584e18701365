package handoff

import (
	"context"
	"fmt"

	"github.com/looplab/fsm"
)

// CaseStatus is where a case stands.
type CaseStatus string

// The statuses of a case. All up to CaseReopened but resolved are open.
const (
	CaseNew        CaseStatus = "new"
	CaseAssigned   CaseStatus = "assigned"
	CaseInProgress CaseStatus = "in_progress"
	CaseWaiting    CaseStatus = "waiting" // for the citizen, for material, for another office
	CaseReopened   CaseStatus = "reopened"
	CaseResolved   CaseStatus = "resolved"
	CaseClosed     CaseStatus = "closed"
	CaseRejected   CaseStatus = "rejected"
	CaseReferred   CaseStatus = "referred" // to an office that is not the city's
	CaseDuplicate  CaseStatus = "duplicate"
)

// CaseEvent is something done to a case that may move its status.
type CaseEvent string

// The events of a case.
const (
	CaseAssign  CaseEvent = "assign"
	CaseStart   CaseEvent = "start"
	CaseWait    CaseEvent = "wait"
	CaseResolve CaseEvent = "resolve"
	CaseClose   CaseEvent = "close"
	CaseReject  CaseEvent = "reject"
	CaseRefer   CaseEvent = "refer"
	CaseMatch   CaseEvent = "match" // it turns out to be a duplicate
	CaseReopen  CaseEvent = "reopen"

	CaseSeparate CaseEvent = "separate" // it is no duplicate after all
)

// caseStatuses are all statuses, the open ones first, in the order staff know them.
var caseStatuses = []CaseStatus{
	CaseNew, CaseAssigned, CaseInProgress, CaseWaiting, CaseReopened,
	CaseResolved, CaseClosed, CaseRejected, CaseReferred, CaseDuplicate,
}

// caseMoves says where each event leads from each status: a reopened case is
// open like a new one, and from any open one it may be rejected, referred or
// found to be a duplicate.
var caseMoves = transitions(fsm.Events{
	{Name: string(CaseAssign), Src: names(CaseNew, CaseReopened), Dst: string(CaseAssigned)},
	{Name: string(CaseStart), Src: names(CaseAssigned, CaseWaiting), Dst: string(CaseInProgress)},
	{Name: string(CaseWait), Src: names(CaseInProgress), Dst: string(CaseWaiting)},
	{Name: string(CaseResolve), Src: names(CaseInProgress, CaseWaiting), Dst: string(CaseResolved)},
	{Name: string(CaseClose), Src: names(CaseResolved), Dst: string(CaseClosed)},
	{Name: string(CaseReopen), Src: names(CaseResolved), Dst: string(CaseReopened)},
	{Name: string(CaseReject), Src: openNames(), Dst: string(CaseRejected)},
	{Name: string(CaseRefer), Src: openNames(), Dst: string(CaseReferred)},
	{Name: string(CaseMatch), Src: openNames(), Dst: string(CaseDuplicate)},
	{Name: string(CaseSeparate), Src: names(CaseDuplicate), Dst: string(CaseReopened)},
})

// CaseStatuses returns every status, the open ones first.
func CaseStatuses() []CaseStatus { return append([]CaseStatus(nil), caseStatuses...) }

// Known reports whether s is one of the statuses.
func (s CaseStatus) Known() bool {
	for _, k := range caseStatuses {
		if s == k {
			return true
		}
	}
	return false
}

// Open reports whether somebody still has to do something about the case.
func (s CaseStatus) Open() bool {
	switch s {
	case CaseNew, CaseAssigned, CaseInProgress, CaseWaiting, CaseReopened:
		return true
	default:
		return false
	}
}

// After returns the status a case has after the event. An event that the
// status does not allow is ErrConflict.
func (s CaseStatus) After(event CaseEvent) (CaseStatus, error) {
	to, ok := caseMoves[move{string(s), string(event)}]
	if !ok {
		return s, fmt.Errorf("%s a case that is %s: %w", event, s, ErrConflict)
	}
	return CaseStatus(to), nil
}

// openNames are the statuses from which a case can be given up.
func openNames() []string {
	var open []string
	for _, s := range caseStatuses {
		if s.Open() {
			open = append(open, string(s))
		}
	}
	return open
}

// move is an event in a state.
type move struct{ from, event string }

// transitions reads the table of moves out of a machine, once. An fsm.FSM
// carries a current state and must not be shared; the table is shared freely.
func transitions(events fsm.Events) map[move]string {
	if len(events) == 0 {
		return nil
	}
	machine := fsm.NewFSM(events[0].Dst, events, nil)
	table := map[move]string{}
	for _, e := range events {
		for _, from := range e.Src {
			machine.SetState(from)
			if err := machine.Event(context.Background(), e.Name); err != nil {
				continue // the test of the table finds what is missing
			}
			table[move{from, e.Name}] = machine.Current()
		}
	}
	return table
}

func names[S ~string](states ...S) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}
