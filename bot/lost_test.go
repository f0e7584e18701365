package bot_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/handoff"
)

// agentReply is the only reply of the staff on record, and what became of it.
func (w *town) agentReply() (id uuid.UUID, status string) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), `SELECT id, status FROM messages WHERE author = 'agent'`).Scan(&id, &status); err != nil {
		w.t.Fatal(err)
	}
	return id, status
}

// A reply that was lost goes out again when a person says so, and only then:
// one whose outcome is unknown a second time stays so.
func TestPersonSendsALostReplyAgain(t *testing.T) {
	t.Parallel()
	var outcome atomic.Pointer[bot.SendOutcome] // nil: it goes out
	outcome.Store(new(bot.SendReject))
	var tries atomic.Int32
	w := newTown(t, settings{})
	w.paper.fail = func(out bot.Outgoing) error {
		if !out.Human {
			return nil
		}
		tries.Add(1)
		if o := outcome.Load(); o != nil {
			return &bot.SendError{Outcome: *o, Code: "7", Text: "away"}
		}
		if !out.Insist {
			t.Error("the channel does not hear that a person insists")
		}
		return nil
	}
	w.talk("61", "মানুষ")
	id, rahima, other := w.conversation("61"), w.agent("rahima"), w.agent("other")
	if err := w.Take(t.Context(), rahima, id, rahima.Name); err != nil {
		t.Fatal(err)
	}
	if err := w.Reply(t.Context(), rahima, id, handoff.Written{Text: "আসছি"}); err != nil {
		t.Fatal(err)
	}
	becomes := func(want string) (message uuid.UUID) {
		eventually(t, "the reply "+want, func() bool {
			var status string
			message, status = w.agentReply()
			return status == want
		})
		return message
	}
	message := becomes("failed")
	if err := w.Retry(t.Context(), other, id, message); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("somebody else sends it again: %v", err)
	}
	outcome.Store(new(bot.SendUnknown))
	if err := w.Retry(t.Context(), rahima, id, message); err != nil {
		t.Fatal(err)
	}
	becomes("unknown")
	w.sweeps(2)
	if n := tries.Load(); n != 2 {
		t.Errorf("tried %d times, want 2: nothing is repeated by itself", n)
	}
	outcome.Store(nil)
	if err := w.Retry(t.Context(), rahima, id, message); err != nil {
		t.Fatal(err)
	}
	becomes("sent")
	if err := w.Retry(t.Context(), rahima, id, message); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("what was sent is sent again: %v", err)
	}
	human := slices.DeleteFunc(w.paper.to("61"), func(out bot.Outgoing) bool { return !out.Human })
	if len(human) != 1 {
		t.Errorf("the citizen has it %d times", len(human))
	}
}

func TestLostIsReadFromTheRecord(t *testing.T) {
	t.Parallel()
	for recorded, want := range map[string]bot.Lost{
		(&bot.SendError{Outcome: bot.SendReject, Code: "10/2018278", Text: "the window: closed"}).Error():     {Outcome: bot.SendReject, Text: "the window: closed (10/2018278)"},
		(&bot.SendError{Outcome: bot.SendReject, Code: "10/2018278", Closed: true, Text: "too late"}).Error(): {Outcome: bot.SendReject, Text: "too late (10/2018278)", Closed: true},
		(&bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "too late"}).Error():                     {Outcome: bot.SendReject, Text: "too late", Closed: true},
		(&bot.SendError{Outcome: bot.SendUnknown, Text: "it broke"}).Error():                                  {Outcome: bot.SendUnknown, Text: "it broke"},
		"30008: unknown":     {Text: "30008: unknown"},
		"send: moon: nobody": {Text: "send: moon: nobody"},
		"":                   {},
	} {
		if got := bot.LostOf(recorded); got != want {
			t.Errorf("%q: %+v", recorded, got)
		}
	}
}
