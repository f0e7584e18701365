package handoff_test

import (
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// Whoever follows the history by its cursor sees every line once, in order,
// also those that waited for their turn to be sent while the person went on
// writing.
func TestHistoryLosesNoLineThatWaited(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	cursor, shown := "", []string{}
	follow := func() {
		t.Helper()
		lines, err := r.History(t.Context(), key("61"), cursor, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			cursor, shown = l.Cursor, append(shown, l.Text)
		}
	}
	first := newcomer("61", "m_1", r.clock.Now())
	first.In.Text, first.Out[0].Text = "1", "2"
	first.Out = append(first.Out, handoff.Reply{ID: handoff.NewID(), Kind: flows.Receipt, Text: "3"})
	first.Now.Closed = true
	r.commit(first)
	follow()
	second := newcomer("61", "m_2", r.clock.Now().Add(time.Second)) // what follows is another conversation
	second.Newcomer, second.Now.Identity, second.Now.Contact = false, first.Now.Identity, first.Now.Contact
	second.In.Text, second.Out[0].Text = "4", "5"
	r.commit(second)
	follow()
	r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Attempt: 1, Status: "sent"})
	follow()
	for _, due := range r.leaseDue() {
		follow()
		r.handBack(due.Conversation, handoff.SendResult{ID: due.ID, Attempt: due.Attempts, Status: "sent"})
	}
	follow()
	want := []string{"1", "2", "3", "4", "5"}
	if len(shown) != len(want) {
		t.Fatalf("seen %q, want %q", shown, want)
	}
	for i := range want {
		if shown[i] != want[i] {
			t.Errorf("line %d is %q, want %q", i+1, shown[i], want[i])
		}
	}
}
