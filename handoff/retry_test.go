package handoff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// asWritten is a reply as it is queued, uncut.
func asWritten(_ handoff.Held, text string) []handoff.Reply {
	return []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Receipt, Text: text}}
}

func TestRetryIsOfAPersonsLostReply(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	owner, other := r.agent("owner@x.org", handoff.RoleAgent, nil, nil), r.agent("other@x.org", handoff.RoleAgent, nil, nil)
	elsewhere, boss := r.agent("waste@x.org", handoff.RoleAgent, []string{"waste"}, nil), r.agent("boss@x.org", handoff.RoleSupervisor, nil, nil)
	id := r.wait(waiting{team: "drainage"})
	if _, err := r.Take(t.Context(), owner, id, nil); err != nil {
		t.Fatal(err)
	}
	lost := r.message(id, 900, "out", "agent", "আসছি", &owner.AgentID)
	said := r.message(id, 901, "out", "bot", "কোথায়?", nil)
	r.exec(`UPDATE messages SET status = 'unknown', error = 'send: unknown: broke', provider_id = 'p1', doubts = 1 WHERE id = $1`, lost)
	r.exec(`UPDATE messages SET status = 'failed' WHERE id = $1`, said)
	for name, c := range map[string]struct {
		v    handoff.Viewer
		want error
	}{"other": {other, handoff.ErrConflict}, "elsewhere": {elsewhere, handoff.ErrNotFound}} {
		if _, err := r.Retry(t.Context(), c.v, id, lost); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := r.Retry(t.Context(), owner, id, said); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("the bot's: %v", err)
	}
	if _, err := r.Retry(t.Context(), owner, id, handoff.NewID()); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("none: %v", err)
	}
	if _, err := r.Retry(t.Context(), boss, id, lost); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Retry(t.Context(), owner, id, lost); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("pressed twice: %v", err)
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE what = 'conversation.retry' AND agent_id = $1`, boss.AgentID); n != 1 {
		t.Errorf("%d lines in the audit log", n)
	}
	r.exec(`UPDATE conversations SET channel = 'messenger' WHERE id = $1`, id)
	due := r.leaseDue()
	if len(due) != 1 || due[0].ID != lost || !due[0].Insisted || due[0].Doubts != 1 {
		t.Fatalf("leased %+v", due)
	}
	r.clock.Forward(handoff.LeaseFor + time.Second) // its sender disappears
	if again := r.leaseDue(); len(again) != 0 || r.status(lost) != "unknown" {
		t.Errorf("leased again %+v, status %s", again, r.status(lost))
	}
}

func TestDraftStaysUntilItIsSent(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	anna, kamal := r.agent("anna@x.org", handoff.RoleAgent, nil, nil), r.agent("kamal@x.org", handoff.RoleAgent, nil, nil)
	elsewhere := r.agent("waste@x.org", handoff.RoleAgent, []string{"waste"}, nil)
	id := r.wait(waiting{team: "drainage"})
	if _, err := r.Take(t.Context(), anna, id, nil); err != nil {
		t.Fatal(err)
	}
	save := func(v handoff.Viewer, text, key string) error {
		return r.SaveDraft(t.Context(), v, id, handoff.Written{Text: text, Key: key})
	}
	want := func(v handoff.Viewer, text string) {
		t.Helper()
		if got, err := r.Draft(t.Context(), v, id); err != nil || got != text {
			t.Errorf("draft %q, %v, want %q", got, err, text)
		}
	}
	for _, text := range []string{"half", "half a sentence"} {
		if err := save(anna, text, "k1"); err != nil {
			t.Fatal(err)
		}
	}
	want(anna, "half a sentence")
	want(kamal, "")
	if err := save(elsewhere, "x", ""); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("out of scope: %v", err)
	}
	var field *handoff.FieldError
	if err := save(anna, strings.Repeat("ক", 8001), ""); !errors.As(err, &field) {
		t.Errorf("too long: %v", err)
	}
	if _, err := r.Reply(t.Context(), anna, id, handoff.Written{Text: "half a sentence", Key: "k1"}, asWritten); err != nil {
		t.Fatal(err)
	}
	want(anna, "")
	if err := save(anna, "half a sent", "k1"); err != nil { // comes after what it became
		t.Fatal(err)
	}
	want(anna, "")
	if err := save(anna, "next", "k2"); err != nil {
		t.Fatal(err)
	}
	want(anna, "next")
	if err := save(anna, " \n", "k2"); err != nil {
		t.Fatal(err)
	}
	want(anna, "")
}
