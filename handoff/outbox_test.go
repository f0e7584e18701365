package handoff_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

var messengerOnly = []string{"messenger"}

func (r *record) leaseDue() []handoff.Due {
	r.t.Helper()
	due, err := r.LeaseDue(r.t.Context(), messengerOnly, 10)
	if err != nil {
		r.t.Fatal(err)
	}
	return due
}

func (r *record) handBack(conversation uuid.UUID, results ...handoff.SendResult) (more []uuid.UUID) {
	r.t.Helper()
	h := handoff.Handed{Conversation: conversation, Results: results}
	for _, res := range results {
		if res.Status == "queued" {
			h.Until = res.SendAfter
		}
	}
	after, err := r.HandBack(r.t.Context(), []handoff.Handed{h})
	if err != nil {
		r.t.Fatal(err)
	}
	return after.More
}

func (r *record) status(id uuid.UUID) (s string) {
	r.t.Helper()
	if err := r.pool.QueryRow(r.t.Context(), `SELECT status FROM messages WHERE id = $1`, id).Scan(&s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestReplyRecordedWhileAnotherIsSentFollowsIt(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	second := next(first, "m_2", r.clock.Now())
	if got := r.commit(second); got[0].Leased {
		t.Fatal("two senders have one conversation")
	}
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatalf("a leased conversation was leased again: %+v", due)
	}
	more := r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "sent", ProviderID: "mid.1"})
	if len(more) != 1 || more[0] != first.Now.Conversation {
		t.Fatalf("handing back says %v, want the conversation that has more", more)
	}
	due := r.leaseDue()
	if len(due) != 1 || due[0].ID != second.Out[0].ID || due[0].Attempts != 1 || due[0].Key != first.Key {
		t.Fatalf("leased %+v, want the second reply", due)
	}
	if more := r.handBack(first.Now.Conversation, handoff.SendResult{ID: due[0].ID, Status: "sent"}); len(more) != 0 {
		t.Error("there is nothing more to send")
	}
	if third := r.commit(next(second, "m_3", r.clock.Now())); !third[0].Leased {
		t.Error("an idle conversation is not leased to its committer")
	}
}

func TestRepliesOfOneTurnAreSentOneByOne(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	turn := newcomer("61", "m_1", r.clock.Now())
	turn.Out = append(turn.Out, handoff.Reply{ID: handoff.NewID(), Kind: flows.Prompt, Text: "আর?"}, handoff.Reply{ID: handoff.NewID(), Kind: flows.Prompt, Text: "শেষ?"})
	r.commit(turn)
	statuses := func(want ...string) {
		t.Helper()
		for i := range want {
			if got := r.status(turn.Out[i].ID); got != want[i] {
				t.Fatalf("reply %d is %s, want %s", i+1, got, want[i])
			}
		}
	}
	statuses("sending", "queued", "queued")
	goOn := func(sent, next int) handoff.After {
		t.Helper()
		after, err := r.HandBack(t.Context(), []handoff.Handed{{
			Conversation: turn.Now.Conversation, Results: []handoff.SendResult{{ID: turn.Out[sent].ID, Status: "sent"}},
			Next: turn.Out[next].ID, Until: r.clock.Now().Add(handoff.LeaseFor),
		}})
		if err != nil {
			t.Fatal(err)
		}
		return after
	}
	if after := goOn(0, 1); !after.Begun[turn.Out[1].ID] || len(after.More) != 0 {
		t.Fatalf("the sender may not go on: %+v", after)
	}
	statuses("sent", "sending", "queued")
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatalf("leased %+v from the sender that goes on", due)
	}

	// The sender disappears: its one reply of unknown outcome comes first and
	// alone.
	r.clock.Forward(handoff.LeaseFor + time.Second)
	if due := r.leaseDue(); len(due) != 1 || due[0].ID != turn.Out[1].ID || due[0].Attempts != 2 {
		t.Fatalf("leased %+v, want the second reply again", due)
	}
	statuses("sent", "sending", "queued")

	// A person takes over: the third is cancelled, and is not begun with.
	taken := next(turn, "e_1", r.clock.Now())
	taken.In.Author, taken.Out, taken.DropPrompt, taken.Now.Owner = "agent", nil, true, flows.OwnerAgent
	r.commit(taken)
	if after := goOn(1, 2); len(after.Begun) != 0 || len(after.More) != 0 {
		t.Fatalf("a cancelled reply was begun with: %+v", after)
	}
	statuses("sent", "sent", "cancelled")
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatalf("leased %+v, though nothing is left", due)
	}
}

func TestSenderThatDisappeared(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	r.clock.Forward(handoff.LeaseFor - time.Second)
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatal("the lease was taken away before it ended")
	}
	r.clock.Forward(2 * time.Second)
	due := r.leaseDue()
	if len(due) != 1 || due[0].Attempts != 2 {
		t.Fatalf("leased %+v, want the reply for its second attempt", due)
	}
	r.clock.Forward(handoff.LeaseFor + time.Second)
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatalf("a reply of unknown outcome was leased a third time: %+v", due)
	}
	if got := r.status(first.Out[0].ID); got != "unknown" {
		t.Errorf("status %s, want unknown", got)
	}
}

func TestEchoSettlesAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	echo := handoff.Receipt{Key: first.Key, Message: first.Out[0].ID, ProviderIDs: []string{"mid.1"}, Status: "sent"}
	if _, err := r.Receipts(t.Context(), []handoff.Receipt{echo}); err != nil {
		t.Fatal(err)
	}
	r.clock.Forward(2 * handoff.LeaseFor)
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatalf("a reply whose echo came is sent again: %+v", due)
	}
	r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "queued", SendAfter: r.clock.Now()})
	if got := r.status(first.Out[0].ID); got != "sent" {
		t.Errorf("status %s, want sent: the echo is the better witness", got)
	}
}

func TestReceiptsOnlyMoveForward(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "sent", ProviderID: "mid.1"})
	for _, step := range []struct {
		name    string
		receipt handoff.Receipt
		want    string
	}{
		{"delivered by id", handoff.Receipt{ProviderIDs: []string{"mid.1"}, Status: "delivered"}, "delivered"},
		{"read by watermark", handoff.Receipt{Watermark: r.clock.Now(), Status: "read"}, "read"},
		{"delivered again, late", handoff.Receipt{ProviderIDs: []string{"mid.1"}, Status: "delivered"}, "read"},
		{"of somebody else's message", handoff.Receipt{ProviderIDs: []string{"mid.9"}, Status: "failed"}, "read"},
		{"failed, though it was read", handoff.Receipt{ProviderIDs: []string{"mid.1"}, Status: "failed", Fault: "30003"}, "read"},
		{"failed by our own id", handoff.Receipt{Message: first.Out[0].ID, ProviderIDs: []string{"mid.1"}, Status: "failed", Fault: "30003"}, "read"},
	} {
		step.receipt.Key = first.Key
		if _, err := r.Receipts(t.Context(), []handoff.Receipt{step.receipt}); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := r.status(first.Out[0].ID); got != step.want {
			t.Errorf("%s: status %s, want %s", step.name, got, step.want)
		}
	}
}

// TestFailureByReceipt keeps why a message failed, whichever way the receipt
// names it, until it turns out to have arrived after all.
func TestFailureByReceipt(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for name, byID := range map[string]bool{"by the provider's id": false, "by ours": true} {
		first := newcomer(name, "in "+name, r.clock.Now())
		r.commit(first)
		mid := "mid " + name
		r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "sent", ProviderID: mid})
		for _, step := range []struct{ status, fault, want, kept string }{
			{"failed", "30003: switched off", "failed", "30003: switched off"},
			{"sent", "", "failed", "30003: switched off"},
			{"delivered", "", "delivered", ""},
			{"failed", "30008: unknown", "delivered", ""},
		} {
			receipt := handoff.Receipt{Key: first.Key, ProviderIDs: []string{mid}, Status: step.status, Fault: step.fault}
			if byID {
				receipt.Message = first.Out[0].ID
			}
			if _, err := r.Receipts(t.Context(), []handoff.Receipt{receipt}); err != nil {
				t.Fatalf("%s, %s: %v", name, step.status, err)
			}
			var kept string
			if err := r.pool.QueryRow(t.Context(), `SELECT COALESCE(error, '') FROM messages WHERE id = $1`, first.Out[0].ID).Scan(&kept); err != nil {
				t.Fatal(err)
			}
			if got := r.status(first.Out[0].ID); got != step.want || kept != step.kept {
				t.Errorf("%s, %s: status %s (%q), want %s (%q)", name, step.status, got, kept, step.want, step.kept)
			}
		}
	}
}

func TestDelayedAcknowledgementIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	turn := newcomer("61", "m_1", r.clock.Now())
	r.commit(turn)
	r.handBack(turn.Now.Conversation, handoff.SendResult{ID: turn.Out[0].ID, Status: "sent"})
	var acks []uuid.UUID
	for i, mid := range []string{"p_1", "p_2", "p_3"} {
		turn = next(turn, mid, r.clock.Now())
		turn.Out[0].SendAfter, turn.DropAcks = r.clock.Now().Add(2*time.Second), i > 0
		acks = append(acks, turn.Out[0].ID)
		if got := r.commit(turn); got[0].Leased {
			t.Fatal("an acknowledgement that waits was leased at once")
		}
		r.clock.Forward(500 * time.Millisecond)
	}
	if due := r.leaseDue(); len(due) != 0 {
		t.Fatal("an acknowledgement did not wait")
	}
	r.clock.Forward(2 * time.Second)
	due := r.leaseDue()
	if len(due) != 1 || due[0].ID != acks[2] {
		t.Fatalf("leased %+v, want the last acknowledgement alone", due)
	}
	if r.status(acks[0]) != "cancelled" || r.status(acks[1]) != "cancelled" {
		t.Error("earlier acknowledgements are not cancelled")
	}
}

func TestAnswerAfterAPhotoGoesOutAtOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	turn := newcomer("61", "m_1", r.clock.Now())
	turn.Out[0].SendAfter = r.clock.Now().Add(2 * time.Second)
	r.commit(turn)
	after := next(turn, "m_2", r.clock.Now())
	after.DropAcks = true
	if got := r.commit(after); !got[0].Leased {
		t.Error("the answer waits behind an acknowledgement that it replaces")
	}
}

func TestTakeoverCancelsPromptsAndKeepsReceipts(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	second := next(first, "m_2", r.clock.Now())
	second.Out = append(second.Out, handoff.Reply{ID: handoff.NewID(), Kind: flows.Receipt, Text: "নম্বর ১০০০১"})
	r.commit(second)
	taken := next(second, "e_1", r.clock.Now())
	taken.In.Author, taken.Out, taken.DropPrompt, taken.Now.Owner = "agent", nil, true, flows.OwnerAgent
	r.commit(taken)
	if got := r.status(second.Out[0].ID); got != "cancelled" {
		t.Errorf("prompt is %s, want cancelled", got)
	}
	if got := r.status(second.Out[1].ID); got != "queued" {
		t.Errorf("receipt is %s, want queued", got)
	}
}

func TestProviderThatGivesOneIDTwice(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	a, b := newcomer("61", "m_1", r.clock.Now()), newcomer("62", "m_2", r.clock.Now())
	r.commit(a, b)
	_, err := r.HandBack(t.Context(), []handoff.Handed{
		{Conversation: a.Now.Conversation, Results: []handoff.SendResult{{ID: a.Out[0].ID, Status: "sent", ProviderID: "same"}}},
		{Conversation: b.Now.Conversation, Results: []handoff.SendResult{{ID: b.Out[0].ID, Status: "sent", ProviderID: "same"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.status(a.Out[0].ID) != "sent" || r.status(b.Out[0].ID) != "sent" {
		t.Error("a doubled provider id has kept replies from being recorded as sent")
	}
}

func TestIdleConversationsAreFoundOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	idle := func() int {
		t.Helper()
		found, err := r.IdleConversations(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	r.clock.Forward(50 * time.Minute)
	later := next(first, "m_2", r.clock.Now())
	later.Now.Due = r.clock.Now().Add(time.Hour)
	r.commit(later)
	r.clock.Forward(20 * time.Minute)
	if n := idle(); n != 0 {
		t.Errorf("%d found idle, though the person wrote twenty minutes ago", n)
	}
	r.clock.Forward(time.Hour)
	if n := idle(); n != 1 {
		t.Errorf("%d found idle after an hour, want 1", n)
	}
	if n := idle(); n != 0 {
		t.Errorf("%d found idle by a second process, want 0", n)
	}
}
