package handoff_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

func TestAwayTellsAFaultOfTheDatabaseFromOneOfTheQuery(t *testing.T) {
	r := newRecord(t)
	late, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, wrong := r.Contacts(t.Context(), all, handoff.ContactFilter{PageOf: handoff.PageOf{Limit: -1}})
	_, overdue := r.Contacts(late, all, handoff.ContactFilter{})
	_, refused := r.pool.Exec(t.Context(), "SELECT no such column")
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"none": {nil, false}, "not found": {handoff.ErrNotFound, false}, "invalid": {wrong, false}, "bad SQL": {refused, false},
		"too late": {overdue, true}, "wrapped": {fmt.Errorf("read: %w", overdue), true}, "other": {errors.New("odd"), false},
	} {
		if got := handoff.Away(c.err); got != c.want {
			t.Errorf("%s: %v for %v", name, got, c.err)
		}
	}
}

func TestAwayWhenTheServerStops(t *testing.T) {
	cluster := handofftest.Cluster(t)
	pool, err := pgxpool.New(t.Context(), cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	desk, err := handoff.New(handoff.Options{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	if err := desk.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := desk.LatestVersion(t.Context()); !handoff.Away(err) {
			t.Errorf("not told: %v", err)
		}
	}
}
