package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"nagorik/handoff/postgres"
	"nagorik/migrations"
)

// The database stops in the middle of a dialogue: what people write is kept on
// disk, answered 200, and goes on where it stood when the database is back.
func TestDatabaseAway(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL: run without -short")
	}
	t.Parallel()
	ctx := context.Background()
	cluster, err := postgres.Throwaway(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop(ctx) })
	if _, _, err := migrations.Up(ctx, cluster.DSN()); err != nil {
		t.Fatal(err)
	}
	w := newTown(t, settings{dsn: cluster.DSN()})
	w.talk("61", drain[:3]...)
	had := len(w.paper.to("61"))

	if err := cluster.Halt(ctx); err != nil {
		t.Fatal(err)
	}
	w.accept(w.text("61", drain[3]))
	w.accept(w.text("62", "মেনু"))
	w.accept(w.text("61", drain[4]))
	const others, lines = 40, 4
	for line := range lines {
		for i := range others {
			w.accept(w.text(fmt.Sprint(6200+i), []string{"ড্রেন", "ড্রেন বন্ধ", "১", "কলেজ রোড"}[line]))
		}
	}
	if n := len(w.paper.to("61")); n != had {
		t.Error("something was answered that is not on record")
	}
	if err := cluster.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	w.paper.await(t, "61", had+2)
	w.paper.await(t, "62", 1)
	eventually(t, "the confirmation to be on record", func() bool {
		return w.count(`SELECT count(*) FROM conversations WHERE state = 'ask_sure'`) == 1
	})
	eventually(t, "the others' dialogues to stand at the photo", func() bool {
		return w.count(`SELECT count(*) FROM conversations WHERE state = 'ask_photo'`) == others
	})
	if n := w.count(`SELECT count(*) FROM messages WHERE detail @> '{"late": true}'`); n != 0 {
		t.Errorf("%d events overtook others on their way through the spool", n)
	}
	w.talk("61", "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
}
