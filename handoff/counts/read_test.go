package counts_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff"
	"nagorik/handoff/counts"
	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// filed is a case of the test: how many days ago it came, and after how many
// days it was solved; 0: it is open.
const filed = `WITH c AS (
	INSERT INTO cases (number, flow, kind, title, status, ward, contact_id, conversation_id, channel, answers, opened_at, updated_at)
	SELECT nextval('case_numbers'), $1, 'complaint', 'x', $2, NULLIF($3, 0), contact_id, id, 'web', '{}', $4::timestamptz, now() FROM conversations LIMIT 1 RETURNING number
) INSERT INTO case_timeline (id, case_number, at, kind) SELECT gen_random_uuid(), number, $4::timestamptz + $5 * interval '1 day', 'resolved' FROM c WHERE $5 > 0`

func TestBoard(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	now := time.Date(2026, 11, 23, 0, 30, 0, 0, handoff.Dhaka())
	desk, err := handoff.New(handoff.Options{Pool: pool, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(desk.Close)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`WITH k AS (INSERT INTO contacts (id, created_at, updated_at) VALUES (gen_random_uuid(), now(), now()) RETURNING id),
		i AS (INSERT INTO identities (id, contact_id, channel, address, created_at) SELECT gen_random_uuid(), id, 'web', 'x', now() FROM k RETURNING id, contact_id)
		INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at)
		SELECT gen_random_uuid(), id, contact_id, 'web', 1, 'bot', '{}', now(), now(), now() FROM i`)
	file := func(n int, flow, status string, ward, ago, after int) {
		t.Helper()
		for range n {
			exec(filed, flow, status, ward, now.AddDate(0, 0, -ago), after)
		}
	}
	file(6, "waste", "resolved", 1, 1, 2)
	file(5, "waste", "closed", 1, 30, 4)
	file(9, "waste", "new", 1, 2, 0)
	file(8, "road", "resolved", 2, 3, 3)
	file(7, "road", "reopened", 2, 3, 3)
	file(3, "tax", "new", 3, 3, 0)
	file(2, "tax", "resolved", 0, 3, 1)
	file(9, "waste", "rejected", 3, 3, 0)
	file(9, "waste", "duplicate", 3, 3, 0)
	file(9, "waste", "new", 3, 0, 0)  // today
	file(9, "waste", "new", 3, 31, 0) // too long ago
	b := counts.Board{Desk: desk, Now: func() time.Time { return now }, Names: func() counts.Names {
		return counts.Names{Wards: []int{1, 2, 3, 4}, Services: []string{"road", "tax", "waste", "water"}}
	}}
	if _, on, err := b.Sheet(t.Context()); on || err != nil {
		t.Errorf("shown though nobody has switched it on, %v", err)
	}
	if err := desk.Turn(t.Context(), handoff.Viewer{}, handoff.PublicCounts, true); err != nil {
		t.Fatal(err)
	}
	now = now.Add(3 * time.Second)
	s, on, err := b.Sheet(t.Context())
	if !on || err != nil {
		t.Fatal(on, err)
	}
	if got := fmt.Sprint(s.From.Format(time.DateOnly), " ", s.To.Format(time.DateOnly), s.Sum); got != "2026-10-24 2026-11-22{ false true 40 21 19 3}" {
		t.Errorf("got %s", got)
	}
	// Few are solved in wards 3 and 4, so ward 2 is not split either.
	for i, want := range []string{"{1 false true 20 11 9 2}", "{2 false false 15 0 0 0}", "{3 true false 0 0 0 0}", "{4 true false 0 0 0 0}", "{ true false 0 0 0 0}"} {
		if got := fmt.Sprint(s.Wards[i]); got != want {
			t.Errorf("ward %d: got %s, want %s", i+1, got, want)
		}
	}
	if got := fmt.Sprint(s.Services); got != "[{road false false 15 0 0 0} {tax true false 0 0 0 0} {waste false true 20 11 9 2} {water true false 0 0 0 0}]" {
		t.Errorf("services: %s", got)
	}
	file(5, "waste", "new", 1, 2, 0)
	if again, _, _ := b.Sheet(t.Context()); fmt.Sprint(again) != fmt.Sprint(s) {
		t.Error("it was counted again on the same day")
	}
	now = now.AddDate(0, 0, 1)
	if next, _, err := b.Sheet(t.Context()); err != nil || fmt.Sprint(next) == fmt.Sprint(s) {
		t.Errorf("it was not counted on the next day, %v", err)
	}
	if err := desk.Turn(t.Context(), handoff.Viewer{}, handoff.PublicCounts, false); err != nil {
		t.Fatal(err)
	}
	now = now.Add(3 * time.Second)
	if on, err := b.Shown(context.Background()); on || err != nil {
		t.Errorf("shown though it was switched off, %v", err)
	}
	log, err := desk.AuditLog(t.Context(), handoff.AuditFilter{What: "switch.turn"})
	if err != nil || len(log.Items) != 2 || log.Items[0].Subject != "public_counts" {
		t.Errorf("in the log: %+v, %v", log.Items, err)
	}
}
