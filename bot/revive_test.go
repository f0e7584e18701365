package bot_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestDeadTurnsAreTriedAgain(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	w.talk("61", "মেনু")
	w.paper.panic = "a channel that cannot cut its text"
	e := w.text("61", "মেনু")
	w.accept(e)
	list, err := w.desk.DeadTurns(t.Context(), handoff.PageOf{})
	if err != nil || len(list.Items) != 1 || list.Items[0].Event+list.Items[0].Address != "" || list.Items[0].Tries != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	id := list.Items[0].ID
	if done, err := w.Revive(t.Context(), boss, id); done || err != nil {
		t.Errorf("it fails again: done %t, %v", done, err)
	}
	if n := w.count(`SELECT count(*) FROM dead_turns WHERE tries = 2 AND tried_until IS NULL AND id = $1`, id); n != 1 {
		t.Error("it is not kept with how often it failed")
	}
	if done, dead, err := w.ReviveAll(t.Context(), boss); done != 0 || dead != 1 || err != nil {
		t.Errorf("all fail again: %d done, %d dead, %v", done, dead, err)
	}
	w.paper.panic = ""
	before := w.count(`SELECT count(*) FROM messages WHERE direction = 'in'`)
	if done, err := w.Revive(t.Context(), boss, id); !done || err != nil {
		t.Fatalf("mended: done %t, %v", done, err)
	}
	if _, err := w.Revive(t.Context(), boss, id); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("after it was done: %v", err)
	}
	w.accept(e)
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != before+1 {
		t.Errorf("%d turns were recorded, want 1", n-before)
	}
	if n := w.count(`SELECT count(*) FROM audit_log WHERE what = 'trouble.retry' AND after::text NOT LIKE '%মেনু%'`); n != 3 {
		t.Errorf("%d tries in the audit log, want 3", n)
	}
}

func TestDeadTurnsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	for _, event := range []string{`{`, `{}`, `"text"`, `null`} {
		if err := w.desk.DeadTurn(t.Context(), handoff.Key{}, []byte(event), errors.New("torn")); err != nil {
			t.Fatal(err)
		}
	}
	if done, dead, err := w.ReviveAll(t.Context(), boss); done != 0 || dead != 4 || err != nil {
		t.Errorf("%d done, %d dead, %v", done, dead, err)
	}
	list, err := w.desk.DeadTurns(t.Context(), handoff.PageOf{Limit: 1})
	if err != nil || len(list.Items) != 1 || list.Next == "" || list.Items[0].Tries != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	id := list.Items[0].ID
	if _, err := w.desk.ClaimDeadTurn(t.Context(), boss, id); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Revive(t.Context(), boss, id); !errors.Is(err, handoff.ErrTaken) {
		t.Errorf("somebody else tries it: %v", err)
	}
	if err := w.desk.DiscardDeadTurn(t.Context(), boss, id); !errors.Is(err, handoff.ErrTaken) {
		t.Errorf("discarded while somebody tries it: %v", err)
	}
	if err := w.desk.DeadTurnAgain(t.Context(), id, errors.New("torn")); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.DiscardDeadTurn(t.Context(), boss, id); err != nil {
		t.Error(err)
	}
	if err := w.desk.DiscardDeadTurn(t.Context(), boss, uuid.New()); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
}
