package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	counts "nagorik/handoff/figures"
	"nagorik/handoff/handofftest"
)

// sendsMost is how often a reply may reach the provider: an unknown outcome is
// sent once more (design.md §3).
const sendsMost = 2

// outgoingRow is a message of the bot as it is on record.
type outgoingRow struct {
	address, status string
	seq             int64
	conversation    string
}

// record is what the database knows at the end.
type record struct {
	t    *testing.T
	ctx  context.Context
	conn *pgx.Conn
}

func (w *world) open() *record {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*settleWithin)
	w.t.Cleanup(cancel)
	conn, err := pgx.Connect(ctx, w.cluster.DSN())
	if err != nil {
		w.t.Fatalf("connect to verify: %v", err)
	}
	return &record{t: w.t, ctx: ctx, conn: conn}
}

func (r *record) close() { r.conn.Close(r.ctx) }

// quiet waits until nothing is left to send: the last reply is on record as
// sent a moment after its person has it.
func (r *record) quiet() {
	r.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(settleWithin); ; <-tick.C {
		left := r.numbers(`SELECT '', count(*) FROM messages WHERE status IN ('queued', 'sending')`)[""]
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			r.t.Errorf("%d replies are not sent %s after the load", left, settleWithin)
			return
		}
	}
}

// numbers reads one number for each key.
func (r *record) numbers(sql string, args ...any) map[string]int64 {
	r.t.Helper()
	rows, err := r.conn.Query(r.ctx, sql, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	found := map[string]int64{}
	var key string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error { found[key] = n; return nil }); err != nil {
		r.t.Fatal(err)
	}
	return found
}

// verify holds the record and what the sink got against each other.
func (w *world) verify(people *crowdOf) {
	w.t.Helper()
	for _, p := range people.all {
		p.posts.Wait()
	}
	r := w.open()
	defer r.close()
	r.quiet()
	w.settle()
	w.verifyDialogues(r, people)
	w.verifyIncoming(r, people)
	w.verifyReplies(r)
	r.verifyWhole()
	if w.t.Failed() {
		for _, p := range people.all {
			if p.wrong {
				w.t.Logf("%s", r.story(w, p.psid))
				break
			}
		}
	}
}

// verifyDialogues: every dialogue reached its case number, and every confirmed
// one has exactly the case its contact was told of.
func (w *world) verifyDialogues(r *record, people *crowdOf) {
	cases := r.numbers(`SELECT i.address, count(c.number) FROM identities i LEFT JOIN cases c ON c.contact_id = i.contact_id GROUP BY 1`)
	numbers := r.numbers(`SELECT i.address, max(c.number) FROM identities i JOIN cases c ON c.contact_id = i.contact_id GROUP BY 1`)
	for _, p := range people.all {
		p.wrong = true
		switch {
		case p.failed != nil:
			w.t.Errorf("%s: %v", p.psid, p.failed)
		case p.number == 0:
			w.t.Errorf("%s has no case number %s after the load; confirmed %d times, %d cases on record", p.psid, settleWithin, p.confirmed, cases[p.psid])
		case p.confirmed != 1 || cases[p.psid] != 1:
			w.t.Errorf("%s confirmed %d times and has %d cases", p.psid, p.confirmed, cases[p.psid])
		case numbers[p.psid] != p.number:
			w.t.Errorf("%s was told case %d and has %d", p.psid, p.number, numbers[p.psid])
		default:
			p.wrong = false
		}
	}
	if len(cases) != len(people.all) {
		w.t.Errorf("%d identities on record for %d people", len(cases), len(people.all))
	}
}

// verifyIncoming: every message answered 200 is recorded once.
func (w *world) verifyIncoming(r *record, people *crowdOf) {
	recorded := r.numbers(`SELECT COALESCE(provider_id, id::text), count(*) FROM messages WHERE direction = 'in' GROUP BY 1`)
	taken := 0
	for _, p := range people.all {
		p.mu.Lock()
		for mid := range p.taken {
			taken++
			if recorded[mid] != 1 {
				w.t.Errorf("message %s was answered 200 and is on record %d times", mid, recorded[mid])
			}
		}
		p.mu.Unlock()
	}
	if len(recorded) != taken {
		w.t.Errorf("%d messages were answered 200, %d are on record", taken, len(recorded))
	}
	w.t.Logf("%d messages came in", taken)
}

// verifyReplies: what the sink got is on record, in order for each recipient,
// and nothing more often than an unknown outcome allows.
func (w *world) verifyReplies(r *record) {
	rows := r.outgoing()
	w.mu.Lock()
	defer w.mu.Unlock()
	times, newest := map[string]int{}, map[string]string{}
	for _, s := range w.sends {
		id, ours := strings.CutPrefix(s.Metadata, "nagorik:")
		row, known := rows[id]
		if !ours || !known || row.address != s.Address {
			w.t.Errorf("the sink got %q for %s, which is not on record for them", s.Metadata, s.Address)
			continue
		}
		times[id]++
		if before, ok := rows[newest[s.Address]]; ok && row.seq < before.seq {
			w.t.Errorf("%s got a reply (place %d) after a newer one (place %d)", s.Address, row.seq, before.seq)
		}
		if times[id] > sendsMost {
			w.t.Errorf("reply %s reached the sink %d times", id, times[id])
		}
		newest[s.Address] = id
	}
	repeated := 0
	for id, row := range rows {
		switch {
		case row.status != "sent" && row.status != "delivered" && row.status != "read":
			w.t.Errorf("reply %s to %s stands as %q; it reached the sink %d times", id, row.address, row.status, times[id])
		case times[id] == 0:
			w.t.Errorf("reply %s to %s stands as %q and never reached the sink", id, row.address, row.status)
		case times[id] > 1:
			repeated++
		}
	}
	w.t.Logf("%d replies went out, %d of them twice", len(rows), repeated)
}

func (r *record) outgoing() map[string]outgoingRow {
	r.t.Helper()
	rows, err := r.conn.Query(r.ctx, `SELECT m.id::text, i.address, m.status, m.seq, m.conversation_id::text
		FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN identities i ON i.id = c.identity_id WHERE m.direction = 'out'`)
	if err != nil {
		r.t.Fatal(err)
	}
	found := map[string]outgoingRow{}
	var id string
	var row outgoingRow
	if _, err := pgx.ForEachRow(rows, []any{&id, &row.address, &row.status, &row.seq, &row.conversation}, func() error {
		found[id] = row
		return nil
	}); err != nil {
		r.t.Fatal(err)
	}
	return found
}

// passagesAmiss counts the states at which more or fewer people came than left
// and stand there.
const passagesAmiss = `WITH counts AS (
		SELECT version, channel, language, flow, from_state, to_state, way, n FROM passages
		UNION ALL SELECT u.* FROM passage_deltas d, unnest(d.version, d.channel, d.language, d.flow, d.from_state, d.to_state, d.way, d.n) AS u
	), people AS (
		SELECT version, flow, to_state AS state, n FROM counts WHERE way <> 'missed' AND to_state <> ''
		UNION ALL SELECT version, flow, from_state, -n FROM counts WHERE way <> 'missed' AND from_state <> ''
		UNION ALL SELECT (checkpoint->>'catalog')::bigint, checkpoint->>'flow', checkpoint->>'state', -1
			FROM conversations WHERE closed_at IS NULL AND COALESCE(checkpoint->>'flow', '') <> ''
	)
	SELECT '', count(*) FROM (SELECT 1 FROM people GROUP BY version, flow, state HAVING sum(n) <> 0) AS wrong`

// verifyWhole: one conversation each, nothing set aside, figures equal to the
// rows they count.
func (r *record) verifyWhole() {
	r.t.Helper()
	for what, sql := range map[string]string{
		"dead turns":                           `SELECT '', count(*) FROM dead_turns`,
		"contacts with several conversations":  `SELECT '', count(*) FROM (SELECT 1 FROM conversations GROUP BY identity_id HAVING count(*) > 1) AS x`,
		"contacts without an identity":         `SELECT '', count(*) FROM contacts c WHERE NOT EXISTS (SELECT 1 FROM identities i WHERE i.contact_id = c.id)`,
		"cases without a timeline":             `SELECT '', count(*) FROM cases c WHERE (SELECT count(*) FROM case_timeline l WHERE l.case_number = c.number) <> 1`,
		"places in a conversation taken twice": `SELECT '', count(*) FROM (SELECT 1 FROM messages GROUP BY conversation_id, seq HAVING count(*) > 1) AS x`,
	} {
		if n := r.numbers(sql)[""]; n != 0 {
			r.t.Errorf("%s: %d", what, n)
		}
	}
	if n := r.numbers(passagesAmiss)[""]; n != 0 {
		r.t.Errorf("at %d states those who came are not those who left and those who stand there", n)
	}
	pool, err := pgxpool.New(r.ctx, r.conn.Config().ConnString())
	if err != nil {
		r.t.Fatalf("connect to count: %v", err)
	}
	defer pool.Close()
	counted := handofftest.Figures(r.t, pool)
	for what, table := range map[string]string{counts.Came: "conversations", counts.Filed: "cases"} {
		if n := r.numbers(`SELECT '', count(*) FROM ` + table)[""]; counted[what] != n || n == 0 && what == counts.Came {
			r.t.Errorf("%s: counted %d, the rows are %d", what, counted[what], n)
		}
	}
}

// story is everything that passed between a person and the service.
func (r *record) story(w *world, psid string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the record of %s:\n", psid)
	rows, err := r.conn.Query(r.ctx, `SELECT m.at, m.direction, m.seq, m.status, m.attempts, m.id::text, left(m.text, 40)
		FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN identities i ON i.id = c.identity_id WHERE i.address = $1 ORDER BY m.seq`, psid)
	if err != nil {
		return err.Error()
	}
	var at time.Time
	var direction, status, id, text string
	var seq, attempts int64
	if _, err := pgx.ForEachRow(rows, []any{&at, &direction, &seq, &status, &attempts, &id, &text}, func() error {
		fmt.Fprintf(&b, "%s %s %d %s (%d) %s %q\n", at.Format(time.StampMilli), direction, seq, status, attempts, id, text)
		return nil
	}); err != nil {
		return err.Error()
	}
	b.WriteString("what the sink got:\n")
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sends {
		if s.Address == psid {
			fmt.Fprintf(&b, "%s %s %.40q\n", s.At.Format(time.StampMilli), s.Metadata, s.Text)
		}
	}
	return b.String()
}

// verifyCopies: each round is one message and one turn's replies, at the sink
// as on record.
func (w *world) verifyCopies(p *person, rounds int) {
	w.t.Helper()
	r := w.open()
	defer r.close()
	r.quiet()
	w.settle()
	w.verifyReplies(r)
	r.verifyWhole()
	messages := r.numbers(`SELECT direction, count(*) FROM messages GROUP BY 1`)
	turns := r.numbers(`SELECT 'versions', max(version) FROM conversations`)
	if messages["in"] != int64(rounds) || turns["versions"] != int64(rounds) {
		w.t.Errorf("%d rounds of ten copies made %d messages and %d turns\n%s", rounds, messages["in"], turns["versions"], r.story(w, p.psid))
	}
	if n := len(w.graph.SendsTo(p.psid)); n != int(messages["out"]) {
		w.t.Errorf("%d replies on record, %d at the sink\n%s", messages["out"], n, r.story(w, p.psid))
	}
}
