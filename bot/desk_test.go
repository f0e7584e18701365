package bot_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/handoff"
)

// agent makes an account and returns what it sees.
func (w *town) agent(name string, teams ...string) handoff.Viewer {
	w.t.Helper()
	a, _, err := w.desk.AddAgent(w.t.Context(), handoff.NewAgent{Email: name + "@city.example", Name: name, Role: handoff.RoleAgent, Teams: teams})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.Viewer()
}

// conversation is the open conversation of an address.
func (w *town) conversation(address string) (id uuid.UUID) {
	w.t.Helper()
	err := w.pool.QueryRow(w.t.Context(), `SELECT c.id FROM conversations c JOIN identities i ON i.id = c.identity_id WHERE i.address = $1 AND c.closed_at IS NULL`, address).Scan(&id)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// While a person owns a conversation nothing moves the bot; afterwards it goes
// on where it stopped, and says so.
func TestPersonTakesAnswersAndGivesBack(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন", "১")
	id, rahima := w.conversation("61"), w.agent("rahima")
	said := len(w.paper.to("61"))
	if err := w.Take(t.Context(), rahima, id, rahima.Name); err != nil {
		t.Fatal(err)
	}
	if got := w.paper.await(t, "61", said+1); got.Text != "আমি rahima। কীভাবে সাহায্য করতে পারি?" {
		t.Errorf("the citizen is told %q", got.Text)
	}
	pin := w.text("61", "")
	pin.Location = &bot.Location{Lat: 21.18, Lon: 90.59}
	w.accept(w.text("61", "৫"), w.text("61", "মেনু"), pin, w.text("61", "বাতিল"))
	if got := len(w.paper.to("61")); got != said+1 {
		t.Fatalf("the bot spoke while a person owns the conversation: %+v", w.paper.to("61")[said:])
	}
	for range 2 { // the same key again is the same message
		if err := w.Reply(t.Context(), rahima, id, handoff.Written{Text: "আসছি", Key: "k1"}); err != nil {
			t.Fatal(err)
		}
	}
	reply := w.paper.await(t, "61", said+2)
	if reply.Text != "আসছি" || !reply.Human {
		t.Errorf("the reply went out as %+v", reply)
	}
	if err := w.Release(t.Context(), rahima, id, bot.ReleaseResume); err != nil {
		t.Fatal(err)
	}
	if got := w.paper.await(t, "61", said+3); got.Text != "এখন থেকে আবার বট উত্তর দেবে।\nআপনার ওয়ার্ড নম্বর লিখুন। না জানলে এলাকার নাম লিখুন।" {
		t.Errorf("given back with %q", got.Text)
	}
	if last := w.talk("61", "৫"); last.Text == "" || w.count(`SELECT count(*) FROM conversations WHERE owner = 'bot' AND agent_id IS NULL`) != 1 {
		t.Error("the dialogue does not go on")
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE author = 'agent' AND agent_id = $1`, rahima.AgentID); n != 1 {
		t.Errorf("%d replies of the agent on record, want 1", n)
	}
	if n := w.count(`SELECT count(*) FROM conversation_log WHERE what IN ('taken', 'released') AND agent_id = $1`, rahima.AgentID); n != 2 {
		t.Errorf("%d lines in the log, want 2", n)
	}
}

func TestOneOfManyTakesIt(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মানুষ")
	id := w.conversation("61")
	var wait sync.WaitGroup
	errs := make([]error, 6)
	viewers := make([]handoff.Viewer, len(errs))
	for i := range viewers {
		viewers[i] = w.agent("agent" + string(rune('a'+i)))
	}
	for i := range errs {
		wait.Go(func() { errs[i] = w.Take(t.Context(), viewers[i], id, "x") })
	}
	wait.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
			if err := w.Take(t.Context(), viewers[i], id, "x"); err != nil {
				t.Errorf("taking one's own again: %v", err)
			}
		case !errors.Is(err, handoff.ErrTaken):
			t.Errorf("a loser is told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d agents have it", won)
	}
}

func TestVerbsOfWhoeverDoesNotOwn(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মানুষ")
	id := w.conversation("61")
	owner, other, elsewhere := w.agent("owner"), w.agent("other"), w.agent("elsewhere", "waste")
	if err := w.Reply(t.Context(), owner, id, handoff.Written{Text: "x"}); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("a reply before it is taken: %v", err)
	}
	if err := w.Take(t.Context(), elsewhere, id, "x"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("taken from outside the team: %v", err)
	}
	if err := w.Take(t.Context(), owner, id, "x"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"reply":   w.Reply(t.Context(), other, id, handoff.Written{Text: "x"}),
		"release": w.Release(t.Context(), other, id, bot.ReleaseMenu),
		"pass":    w.Pass(t.Context(), other, id, handoff.Assignment{Agent: other.AgentID}),
	} {
		if !errors.Is(err, handoff.ErrConflict) {
			t.Errorf("%s of somebody else's: %v", what, err)
		}
	}
	if err := w.Release(t.Context(), owner, id, "nowhere"); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("released to nowhere: %v", err)
	}
	if err := w.Pass(t.Context(), owner, id, handoff.Assignment{Agent: other.AgentID}); err != nil {
		t.Fatal(err)
	}
	if err := w.Release(t.Context(), other, id, bot.ReleaseEnd); err != nil {
		t.Errorf("released by whom it was passed to: %v", err)
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE closed_at IS NOT NULL AND owner = 'bot'`); n != 1 {
		t.Error("the conversation is not over")
	}
	if err := w.Take(t.Context(), owner, id, "x"); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("taken after its end: %v", err)
	}
}

// Whose conversation a person has ended can be asked how satisfied they are: the
// next message answers for that conversation, or begins a new one.
func TestSatisfactionIsAskedAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	rahima := w.agent("rahima")
	ends := func(address string) (id uuid.UUID, last bot.Outgoing) {
		t.Helper()
		w.talk(address, "মানুষ")
		id = w.conversation(address)
		said := len(w.paper.to(address))
		if err := w.Take(t.Context(), rahima, id, rahima.Name); err != nil {
			t.Fatal(err)
		}
		w.paper.await(t, address, said+1)
		if err := w.Release(t.Context(), rahima, id, bot.ReleaseRate); err != nil {
			t.Fatal(err)
		}
		return id, w.paper.await(t, address, said+2)
	}
	const question, thanks = "কতটা সন্তুষ্ট", "মতামতের জন্য ধন্যবাদ।"
	id, last := ends("61")
	if !strings.Contains(last.Text, question) {
		t.Fatalf("not asked: %q", last.Text)
	}
	if last := w.talk("61", "৪"); last.Text != thanks {
		t.Errorf("after the answer %q", last.Text)
	}
	w.talk("61", "২") // one answer for a conversation: this is a message
	if n := w.count(`SELECT count(*) FROM conversations WHERE id = $1 AND rating = 4 AND rated_at IS NOT NULL AND closed_at IS NOT NULL`, id); n != 1 {
		t.Error("the answer is not on record")
	}
	if n := w.count(`SELECT count(*) FROM conversations`); n != 2 {
		t.Errorf("%d conversations, want the one that is over and the one after it", n)
	}
	if _, last := ends("61"); strings.Contains(last.Text, question) {
		t.Error("asked twice within a week")
	}
	id, _ = ends("62")
	if last := w.talk("62", "ড্রেন"); last.Text == thanks || strings.Contains(last.Text, question) {
		t.Errorf("another message was taken for an answer: %q", last.Text)
	}
	w.talk("62", "৫")
	if n := w.count(`SELECT count(*) FROM conversations WHERE id = $1 AND rating IS NULL AND rating_asked_at IS NOT NULL`, id); n != 1 {
		t.Error("what was no answer is on record as one")
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE rating IS NOT NULL`); n != 1 {
		t.Errorf("%d conversations have an answer, want 1", n)
	}
}
