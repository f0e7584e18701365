package handoff_test

import (
	"errors"
	"fmt"
	"testing"

	"nagorik/flows"
	"nagorik/handoff"
)

// allowed holds, for every status, where each event leads; what is not in it
// must be refused.
var allowed = map[handoff.CaseStatus]map[handoff.CaseEvent]handoff.CaseStatus{
	handoff.CaseNew: {
		handoff.CaseAssign: handoff.CaseAssigned,
		handoff.CaseReject: handoff.CaseRejected, handoff.CaseRefer: handoff.CaseReferred, handoff.CaseMatch: handoff.CaseDuplicate,
	},
	handoff.CaseAssigned: {
		handoff.CaseStart:  handoff.CaseInProgress,
		handoff.CaseReject: handoff.CaseRejected, handoff.CaseRefer: handoff.CaseReferred, handoff.CaseMatch: handoff.CaseDuplicate,
	},
	handoff.CaseInProgress: {
		handoff.CaseWait: handoff.CaseWaiting, handoff.CaseResolve: handoff.CaseResolved,
		handoff.CaseReject: handoff.CaseRejected, handoff.CaseRefer: handoff.CaseReferred, handoff.CaseMatch: handoff.CaseDuplicate,
	},
	handoff.CaseWaiting: {
		handoff.CaseStart: handoff.CaseInProgress, handoff.CaseResolve: handoff.CaseResolved,
		handoff.CaseReject: handoff.CaseRejected, handoff.CaseRefer: handoff.CaseReferred, handoff.CaseMatch: handoff.CaseDuplicate,
	},
	handoff.CaseReopened: {
		handoff.CaseAssign: handoff.CaseAssigned,
		handoff.CaseReject: handoff.CaseRejected, handoff.CaseRefer: handoff.CaseReferred, handoff.CaseMatch: handoff.CaseDuplicate,
	},
	handoff.CaseResolved:  {handoff.CaseClose: handoff.CaseClosed, handoff.CaseReopen: handoff.CaseReopened},
	handoff.CaseClosed:    {},
	handoff.CaseRejected:  {},
	handoff.CaseReferred:  {},
	handoff.CaseDuplicate: {handoff.CaseSeparate: handoff.CaseReopened},
}

func TestCaseStatusAfterEveryEvent(t *testing.T) {
	events := []handoff.CaseEvent{
		handoff.CaseAssign, handoff.CaseStart, handoff.CaseWait, handoff.CaseResolve, handoff.CaseClose,
		handoff.CaseReject, handoff.CaseRefer, handoff.CaseMatch, handoff.CaseReopen, handoff.CaseSeparate, "no such event",
	}
	statuses := append(handoff.CaseStatuses(), "no such status")
	if len(statuses) != len(allowed)+1 {
		t.Fatalf("%d statuses, the table has %d", len(statuses)-1, len(allowed))
	}
	for _, from := range statuses {
		for _, event := range events {
			t.Run(fmt.Sprintf("%s/%s", from, event), func(t *testing.T) {
				to, err := from.After(event)
				want, ok := allowed[from][event]
				if !ok {
					if !errors.Is(err, handoff.ErrConflict) || to != from {
						t.Fatalf("got %q, %v; want it refused", to, err)
					}
					return
				}
				if err != nil || to != want {
					t.Fatalf("got %q, %v; want %q", to, err, want)
				}
			})
		}
	}
}

func TestOpenStatusesCanBeGivenUp(t *testing.T) {
	for _, s := range handoff.CaseStatuses() {
		_, err := s.After(handoff.CaseReject)
		if (err == nil) != s.Open() {
			t.Errorf("%s: open %v, reject %v", s, s.Open(), err)
		}
		if !s.Known() {
			t.Errorf("%s is not known", s)
		}
	}
	if handoff.CaseStatus("").Known() || handoff.CaseStatus("gone").Open() {
		t.Error("a status nobody knows counts")
	}
}

func TestOwnerAfterEveryEvent(t *testing.T) {
	moves := map[flows.Owner]map[handoff.OwnerEvent]flows.Owner{
		flows.OwnerBot:   {handoff.OwnerEscalate: flows.OwnerQueue, handoff.OwnerTake: flows.OwnerAgent},
		flows.OwnerQueue: {handoff.OwnerTake: flows.OwnerAgent, handoff.OwnerReclaim: flows.OwnerBot},
		flows.OwnerAgent: {handoff.OwnerEscalate: flows.OwnerQueue, handoff.OwnerRelease: flows.OwnerBot},
		"nobody":         {},
	}
	events := []handoff.OwnerEvent{handoff.OwnerEscalate, handoff.OwnerTake, handoff.OwnerReclaim, handoff.OwnerRelease, "no such event"}
	for from, table := range moves {
		for _, event := range events {
			t.Run(fmt.Sprintf("%s/%s", from, event), func(t *testing.T) {
				to, err := handoff.OwnerAfter(from, event)
				want, ok := table[event]
				if !ok {
					if !errors.Is(err, handoff.ErrConflict) || to != from {
						t.Fatalf("got %q, %v; want it refused", to, err)
					}
					return
				}
				if err != nil || to != want {
					t.Fatalf("got %q, %v; want %q", to, err, want)
				}
			})
		}
	}
}
