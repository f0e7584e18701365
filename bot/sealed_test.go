package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/spool"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

// What a citizen should not have typed, and what becomes of it on record.
const (
	typedNID = "my nid is 1987 6543 2109 87654"
	shownNID = "my nid is **** **** **** *****"
)

// digits of the number, in whatever grouping.
var digitsOfNID = []string{"1987 6543", "19876543", "2109 87654", "210987654"}

// everyCell is all that the database holds, as text.
const everyCell = `SELECT string_agg(query_to_xml(format('SELECT * FROM %I.%I', schemaname, tablename), true, false, '')::text, '') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`

func noNID(t testing.TB, where, text string) {
	t.Helper()
	for _, digits := range digitsOfNID {
		if strings.Contains(text, digits) {
			t.Errorf("%s holds %q", where, digits)
		}
	}
}

func (w *town) everything() (text string) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), everyCell).Scan(&text); err != nil {
		w.t.Fatal(err)
	}
	return text
}

func TestDeadTurnLiesSealed(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	w.talk("61", "মেনু")
	w.paper.panic = "a channel that cannot say " + typedNID
	w.accept(w.text("61", typedNID))
	list, err := w.desk.DeadTurns(t.Context(), handoff.PageOf{})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	id := list.Items[0].ID
	if done, err := w.Revive(t.Context(), boss, id); done || err != nil {
		t.Fatalf("it fails again: %t, %v", done, err)
	}
	noNID(t, "the database", w.everything())
	opened, err := w.desk.OpenDeadTurn(t.Context(), boss, id)
	if err != nil || !strings.Contains(opened.Event, shownNID) || !strings.Contains(opened.Event, `"kind":"message"`) {
		t.Errorf("opened: %+v, %v", opened, err)
	}
	w.paper.panic = ""
	if done, err := w.Revive(t.Context(), boss, id); !done || err != nil {
		t.Fatalf("mended: %t, %v", done, err)
	}
	w.onRecord(1)
}

// onRecord expects the number masked in so many messages, and warned of.
func (w *town) onRecord(n int) {
	w.t.Helper()
	if got := w.count(`SELECT count(*) FROM messages WHERE direction = 'in' AND text = $1`, shownNID); got != n {
		w.t.Errorf("it is on record %d times, want %d", got, n)
	}
	all := w.everything()
	if !strings.Contains(all, shownNID) {
		w.t.Error("the look at everything did not see it")
	}
	noNID(w.t, "the database", all)
}

func TestSpooledEventLiesSealed(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	w := newTown(t, settings{dsn: dsn})
	w.talk("61", "মেনু")
	w.pool.Close() // the database is away from here on
	w.desk.Close()
	w.accept(w.text("61", typedNID))
	if err := w.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	records := w.spooled()
	if len(records) == 0 {
		t.Fatal("nothing is in the spool")
	}
	after := newTown(t, settings{dsn: dsn, spooled: records})
	eventually(t, "the event of the spool", func() bool {
		return after.count(`SELECT count(*) FROM messages WHERE text = $1`, shownNID) == 1
	})
	after.onRecord(1)
}

// spooled looks at the spool's files and takes out what they hold.
func (w *town) spooled() (records [][]byte) {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.dir, "spool", "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			w.t.Fatal(err)
		}
		noNID(w.t, name, string(text))
		if bytes.Contains(text, []byte(`"text"`)) {
			w.t.Errorf("%s lies in the clear", name)
		}
	}
	if err := w.queue.Close(); err != nil {
		w.t.Fatal(err)
	}
	queue, err := spool.Open(w.dir+"/spool", 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	defer queue.Close()
	if err := queue.Drain(w.t.Context(), func(r []byte) error { records = append(records, slices.Clone(r)); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return records
}

// Earlier versions left dead turns in the clear. They are read, sealed at the
// next start, and tried again like others.
func TestDeadTurnsInTheClear(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	ids := []string{"0197f1e0-0000-7000-8000-000000000001", "0197f1e0-0000-7000-8000-000000000002"}
	for _, id := range ids {
		event, err := json.Marshal(bot.Event{Kind: bot.EventMessage, Channel: "paper", Address: "61", ProviderID: id, Text: typedNID})
		if err != nil {
			t.Fatal(err)
		}
		w.exec(`INSERT INTO dead_turns (id, at, channel, address, event, error) VALUES ($1, now(), 'paper', '61', $2, $3)`, id, string(event), "cannot cut "+typedNID)
	}
	if done, err := w.Revive(t.Context(), boss, uuid.MustParse(ids[0])); !done || err != nil {
		t.Errorf("one that lies in the clear: %t, %v", done, err)
	}
	for i, want := range []int{1, 0} {
		if n, err := w.desk.SealDeadTurns(t.Context()); n != want || err != nil {
			t.Errorf("start %d sealed %d, want %d: %v", i+1, n, want, err)
		}
	}
	noNID(t, "the database", w.everything())
	if done, err := w.Revive(t.Context(), boss, uuid.MustParse(ids[1])); !done || err != nil {
		t.Errorf("one that was sealed: %t, %v", done, err)
	}
	w.onRecord(2)
}

// A spool that was sealed under another key holds nothing up, and is read once
// its key is back.
func TestSpoolOfAnotherKey(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	w := newTown(t, settings{dsn: dsn})
	other, err := handoff.New(handoff.Options{Pool: w.pool, Secret: []byte("a key that was used before this one was")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	record, err := other.SealEvent([]byte(`{"received":"2026-11-23T09:00:00Z","event":{"kind":"message","channel":"paper","address":"61","provider_id":"m_1","at":"2026-11-23T09:00:00Z","text":"` + typedNID + `"}}`))
	if err != nil {
		t.Fatal(err)
	}
	after := newTown(t, settings{dsn: dsn, spooled: [][]byte{record}})
	eventually(t, "the dead turn", func() bool { return after.count(`SELECT count(*) FROM dead_turns`) == 1 })
	after.talk("62", "মেনু")
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	list, err := after.desk.DeadTurns(t.Context(), handoff.PageOf{})
	if err != nil {
		t.Fatal(err)
	}
	id := list.Items[0].ID
	if _, err := after.desk.OpenDeadTurn(t.Context(), boss, id); !errors.Is(err, handoff.ErrSealedEvent) {
		t.Errorf("opened under another key: %v", err)
	}
	for range 2 { // it is not claimed either
		if done, dead, err := after.ReviveAll(t.Context(), boss); done != 0 || dead != 1 || err != nil {
			t.Errorf("tried under another key: %d done, %d dead, %v", done, dead, err)
		}
	}
	claimed, err := other.ClaimDeadTurn(t.Context(), boss, id)
	if err != nil || !strings.Contains(claimed.Event, typedNID) {
		t.Errorf("with its key: %+v, %v", claimed, err)
	}
}
