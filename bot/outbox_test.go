package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

func (w *town) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// The database is away for longer than a lease, right after a reply went out.
// It must not go out again when the database is back.
func TestSentIsOnRecordBeforeAnythingIsSentAgain(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var ahead time.Duration
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(ahead)
	}
	w := newTown(t, settings{now: now})
	w.exec(`CREATE TABLE away (reason text); INSERT INTO away VALUES ('halted')`)
	w.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		IF NEW.status = 'sent' AND EXISTS (SELECT 1 FROM away) THEN RAISE EXCEPTION 'away' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$`)
	w.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION refuse()`)
	w.accept(w.text("61", "ড্রেন"))
	w.paper.await(t, "61", 1)
	mu.Lock()
	ahead = handoff.LeaseFor + time.Second
	mu.Unlock()
	w.sweeps(2)
	w.exec(`DELETE FROM away`)
	eventually(t, "the reply on record", func() bool { return w.count(`SELECT count(*) FROM messages WHERE status = 'sending'`) == 0 })
	seen := map[string]int{}
	for _, out := range w.paper.to("61") {
		if seen[out.ID]++; seen[out.ID] > 1 {
			t.Errorf("%q was sent twice", out.Text)
		}
	}
}

// sweeps waits until the outbox was looked through so many times: once a
// second, and at once when it is poked.
func (w *town) sweeps(n int) {
	w.t.Helper()
	began := time.Now()
	eventually(w.t, "the sweeps", func() bool { return time.Since(began) > time.Duration(n)*1100*time.Millisecond })
}

// What Stop leaves is either sent and on record, or was not begun.
func TestStopLeavesNothingHalfSent(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	first := newTown(t, settings{dsn: dsn})
	first.talk("61", "মেনু")
	first.exec(`INSERT INTO contacts (id, created_at, updated_at) SELECT gen_random_uuid(), now(), now() FROM generate_series(1, 2000)`)
	first.exec(`INSERT INTO identities (id, contact_id, channel, address, created_at) SELECT gen_random_uuid(), id, 'paper', 'p' || id, now() FROM contacts WHERE id NOT IN (SELECT contact_id FROM identities)`)
	first.exec(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at, outbox_until)
		SELECT gen_random_uuid(), id, contact_id, channel, 1, 'bot', '{}', now(), now(), now(), now() + interval '1 hour' FROM identities WHERE address LIKE 'p%'`)
	first.exec(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, status, at)
		SELECT gen_random_uuid(), id, 257, 'out', 'bot', 'paper', 'prompt', 'x', 'queued', now() FROM conversations WHERE outbox_until > now()`)
	second := newTown(t, settings{dsn: dsn})
	first.exec(`UPDATE conversations SET outbox_until = now() WHERE outbox_until > now()`)
	eventually(t, "the sending to begin", func() bool {
		return first.count(`SELECT count(*) FROM messages WHERE text = 'x' AND status = 'sent'`) > 0
	})
	for _, w := range []*town{first, second} {
		if err := w.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if n := first.count(`SELECT count(*) FROM messages WHERE status = 'sending'`); n != 0 {
		t.Errorf("%d replies are on record as being sent by nobody", n)
	}
}

// A takeover that ends by itself is no word of the person's.
func TestEndOfATakeoverIsNotHeardFromThePerson(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	echo := w.text("61", "আমরা দেখছি")
	echo.Kind = bot.EventEcho
	w.accept(echo)
	w.exec(`UPDATE conversations SET last_in_at = now() - interval '25 hours'`)
	w.due("takeover")
	eventually(t, "the bot to have it back", func() bool { return w.count(`SELECT count(*) FROM conversations WHERE owner = 'bot'`) == 1 })
	if n := w.count(`SELECT count(*) FROM conversations WHERE last_in_at < now() - interval '24 hours'`); n != 1 {
		t.Error("the person counts as heard, and a channel's window as open")
	}
}
