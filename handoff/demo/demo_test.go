package demo_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/demo"
	"nagorik/handoff/figures"
	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

func options() demo.Options {
	return demo.Options{
		Cases: 400, Contacts: 60, Seed: 7, Until: time.Date(2026, 11, 26, 14, 30, 0, 0, handoff.Dhaka()), Wards: []int{1, 2, 3, 4},
		Services: []flows.Flow{
			{ID: "drainage", Kind: flows.Complaint, Team: "drainage", Target: 48 * time.Hour, States: []flows.StateOutline{{Name: "ward", Kind: "ask"}, {Name: "place", Kind: "ask"}, {Name: "photo", Kind: "ask"}}},
			{ID: "holding_tax", Kind: flows.Question, Team: "revenue", States: []flows.StateOutline{{Name: "which", Kind: "ask"}}},
		},
		Pictures: []demo.Picture{{SHA256: "ab", Type: "image/jpeg", Width: 4, Height: 3, Size: 9}},
	}
}

func open(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func number(t *testing.T, pool *pgxpool.Pool, sql string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// TestWhatIsMadeIsCountedAndWhole holds the figures and what Fill says to the
// rows, and the rows to each other.
func TestWhatIsMadeIsCountedAndWhole(t *testing.T) {
	t.Parallel()
	pool := open(t)
	done, err := demo.Fill(t.Context(), pool, options())
	if err != nil {
		t.Fatal(err)
	}
	if n := number(t, pool, `SELECT count(*)::int FROM messages m FULL JOIN sms_handovers h ON h.ref = m.id
		WHERE (m.channel = 'sms' AND m.direction = 'out') IS DISTINCT FROM (h.id IS NOT NULL AND h.cost > 0 AND h.kind = m.author)`); n != 0 || number(t, pool, `SELECT count(*)::int FROM sms_handovers`) == 0 {
		t.Errorf("%d SMS are not paid for, or paid for wrongly", n)
	}
	if n := number(t, pool, `SELECT count(*)::int FROM (SELECT flow, s, sum(n) FROM (
			SELECT flow, to_state s, n FROM passages WHERE way <> 'missed' AND to_state <> '' UNION ALL SELECT flow, from_state, -n FROM passages WHERE way <> 'missed' AND from_state <> ''
		) p GROUP BY 1, 2 HAVING sum(n) <> 0) AS wrong`); n != 0 {
		t.Errorf("%d states of the flows do not add up", n)
	}
	counted := handofftest.Figures(t, pool)
	for _, c := range []struct {
		what       string
		said, rows int
	}{
		{figures.Filed, done.Cases, number(t, pool, `SELECT count(*) FROM cases`)},
		{figures.Came, done.Conversations, number(t, pool, `SELECT count(*) FROM conversations`)},
	} {
		if int(counted[c.what]) != c.rows || c.said != c.rows || c.rows == 0 {
			t.Errorf("%s: counted %d, said %d, rows %d", c.what, counted[c.what], c.said, c.rows)
		}
	}
	if n := number(t, pool, `SELECT count(*) FROM messages`); n != done.Messages {
		t.Errorf("%d messages, said %d", n, done.Messages)
	}
	for what, sql := range map[string]string{
		"a message to send":               `SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')`,
		"something in the future":         `SELECT count(*) FROM case_timeline WHERE at > '2026-11-26T14:30:00+06:00'`,
		"a case without a conversation":   `SELECT count(*) FROM cases c LEFT JOIN conversations k ON k.id = c.conversation_id WHERE k.id IS NULL`,
		"a case that says another status": `SELECT count(*) FROM cases c WHERE status <> 'new' AND status <> (SELECT kind FROM case_timeline t WHERE t.case_number = c.number ORDER BY at DESC LIMIT 1)`,
	} {
		if n := number(t, pool, sql); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	if next := number(t, pool, `SELECT nextval('case_numbers')`); next <= 10000+done.Cases || (next-10001)%20 != 0 {
		t.Errorf("the next case is %d", next)
	}
	for _, share := range []string{`status = 'closed'`, `answers ? 'rating'`, `status = 'rejected'`, `due_at IS NULL`} {
		if number(t, pool, `SELECT count(*) FROM cases WHERE `+share) == 0 {
			t.Errorf("no case with %s", share)
		}
	}
	if done.Photos == 0 || number(t, pool, `SELECT count(*) FROM case_timeline WHERE kind = 'reopened'`) == 0 {
		t.Errorf("made %+v", done)
	}
}

func TestTheSameSeedMakesTheSameRows(t *testing.T) {
	t.Parallel()
	var sums [3]string
	for i, seed := range []uint64{7, 7, 8} {
		pool, o := open(t), options()
		o.Cases, o.Seed = 50, seed
		if _, err := demo.Fill(t.Context(), pool, o); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"contacts", "conversations", "messages", "cases", "case_timeline", "sms_handovers"} {
			var sum string
			if err := pool.QueryRow(t.Context(), fmt.Sprintf(`SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM %s r`, table)).Scan(&sum); err != nil {
				t.Fatal(err)
			}
			sums[i] += sum
		}
	}
	if sums[0] != sums[1] || sums[0] == sums[2] {
		t.Errorf("got %v", sums)
	}
}

func TestOnlyAnEmptyRecordIsFilled(t *testing.T) {
	t.Parallel()
	pool, o := open(t), options()
	o.Cases = 10
	if _, err := demo.Fill(t.Context(), pool, o); err != nil {
		t.Fatal(err)
	}
	before := number(t, pool, `SELECT count(*) FROM messages`)
	if _, err := demo.Fill(t.Context(), pool, o); !errors.Is(err, demo.ErrNotEmpty) {
		t.Errorf("filled again: %v", err)
	}
	if after := number(t, pool, `SELECT count(*) FROM messages`); after != before {
		t.Errorf("%d messages became %d", before, after)
	}
	for name, change := range map[string]func(*demo.Options){
		"no cases": func(o *demo.Options) { o.Cases = 0 }, "too many contacts": func(o *demo.Options) { o.Contacts = demo.MaxContacts + 1 },
		"no services": func(o *demo.Options) { o.Services = nil },
	} {
		bad := options()
		if change(&bad); bad.Wards != nil {
			if _, err := demo.Fill(t.Context(), open(t), bad); err == nil {
				t.Errorf("%s: it was filled", name)
			}
		}
	}
}

// TestATownOfOneTalksOnceAtATime has more to say than people to say it.
func TestATownOfOneTalksOnceAtATime(t *testing.T) {
	t.Parallel()
	pool, o := open(t), options()
	o.Contacts = 1
	if _, err := demo.Fill(t.Context(), pool, o); err != nil {
		t.Fatal(err)
	}
	if n := number(t, pool, `SELECT count(*) FROM conversations WHERE closed_at IS NULL`); n > 1 {
		t.Errorf("%d conversations of one person are open", n)
	}
}
