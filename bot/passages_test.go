package bot_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/bot"
	"nagorik/handoff"
)

// passagesHold holds the counts of what happens in the flows to the record:
// whoever has come to a state and has not left it is inside, by version,
// channel and language, and nobody else is.
const passagesHold = `WITH counts AS (
		SELECT version, channel, language, flow, from_state, to_state, way, n FROM passages
		UNION ALL SELECT u.* FROM passage_deltas d, unnest(d.version, d.channel, d.language, d.flow, d.from_state, d.to_state, d.way, d.n) AS u
	), people AS (
		SELECT version, channel, language, flow, to_state AS state, n FROM counts WHERE way <> 'missed' AND to_state <> ''
		UNION ALL SELECT version, channel, language, flow, from_state, -n FROM counts WHERE way <> 'missed' AND from_state <> ''
		UNION ALL SELECT COALESCE((checkpoint->>'catalog')::bigint, 0), channel, checkpoint->>'language', checkpoint->>'flow', checkpoint->>'state', -1
			FROM conversations WHERE closed_at IS NULL AND COALESCE(checkpoint->>'flow', '') <> ''
	)
	SELECT count(*) FROM (SELECT 1 FROM people GROUP BY version, channel, language, flow, state HAVING sum(n) <> 0) AS wrong`

// TestPassagesAddUp talks at random, on two versions, with people who take and
// give back, and erases somebody, while two processes fold.
func TestPassagesAddUp(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.flows.Publish(catalog(t).WithVersion(1))
	boss := w.supervisor("boss")
	sayings := []string{
		"১", "2", "3", "৭", "হ্যাঁ", "না", "ড্রেন", "ময়লা", "স্কুল রোড, মসজিদের পাশে", "ওয়ার্ড ৫", "01712345678", "বাদ", "পেছনে", "মেনু", "বাতিল",
		"শেষ", "জানি না", "English", "বাংলা", "status", "help", "xyzzy", "0", "agent", "পাশের বাসায় আগুন", "হোল্ডিং ট্যাক্স", "bokchod shob",
	}
	var wait sync.WaitGroup
	for person := range 12 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(person), 28))
			address := fmt.Sprintf("8%d", person)
			for n := range 40 {
				e := bot.Event{Kind: bot.EventMessage, Channel: "paper", Address: address, ProviderID: fmt.Sprintf("%s-%d", address, n), Text: sayings[random.IntN(len(sayings))]}
				if err := w.Accept(context.Background(), []bot.Event{e}); err != nil {
					t.Error(err)
				}
				if n == 20 && person == 0 {
					w.flows.Publish(withFogging(t).WithVersion(2))
				}
				if n%10 == 9 {
					w.giveBack(boss, address, []bot.ReleaseTo{bot.ReleaseEnd, bot.ReleaseMenu, bot.ReleaseResume}[random.IntN(3)])
				}
			}
		})
	}
	for range 2 {
		wait.Go(func() {
			for range 20 {
				if _, err := w.desk.FoldPassages(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n := w.count(passagesHold); n != 0 {
		t.Errorf("%d states do not add up", n)
	}
	for _, way := range []string{"on", "dropped", "carried", "missed"} {
		if n := w.count(`SELECT count(*) FROM (SELECT way FROM passages UNION ALL SELECT unnest(way) FROM passage_deltas) AS p WHERE way = $1`, way); n == 0 {
			t.Errorf("nobody has passed by way %q", way)
		}
	}
	w.due("expire")
	for person := range 6 { // half of them fall silent for good
		w.accept(bot.Event{Kind: "idle", Channel: "paper", Address: fmt.Sprintf("8%d", person)})
	}
	if n := w.count(passagesHold); n != 0 {
		t.Errorf("after silence %d states do not add up", n)
	}
	w.eraseSomebodyInside(boss)
	if n := w.count(passagesHold); n != 0 {
		t.Errorf("after an erasure %d states do not add up", n)
	}
	if n := w.count(`SELECT count(*) FROM passages WHERE n <= 0`); n != 0 {
		t.Errorf("%d counts are no counts", n)
	}
}

// supervisor makes the account of somebody who sees all.
func (w *town) supervisor(name string) handoff.Viewer {
	w.t.Helper()
	a, _, err := w.desk.AddAgent(w.t.Context(), handoff.NewAgent{Email: name + "@city.example", Name: name, Role: handoff.RoleSupervisor})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.Viewer()
}

// giveBack takes whatever conversation is open at an address and gives it back.
func (w *town) giveBack(v handoff.Viewer, address string, to bot.ReleaseTo) {
	w.t.Helper()
	ctx := context.Background()
	var id uuid.UUID
	err := w.pool.QueryRow(ctx, `SELECT c.id FROM conversations c JOIN identities i ON i.id = c.identity_id WHERE i.address = $1 AND c.closed_at IS NULL`, address).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return
	}
	if err == nil {
		err = w.Take(ctx, v, id, v.Name)
	}
	if err == nil {
		err = w.Release(ctx, v, id, to)
	}
	if err != nil {
		w.t.Error(err)
	}
}

// eraseSomebodyInside erases one who is in the middle of a service.
func (w *town) eraseSomebodyInside(v handoff.Viewer) {
	w.t.Helper()
	w.talk("91", "ড্রেন", "১")
	var contact uuid.UUID
	if err := w.pool.QueryRow(w.t.Context(), `SELECT contact_id FROM conversations WHERE id = $1`, w.conversation("91")).Scan(&contact); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.EraseContact(w.t.Context(), v, contact, handoff.EraseWord); err != nil {
		w.t.Fatal(err)
	}
}
