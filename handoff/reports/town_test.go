package reports_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
	"nagorik/handoff/reports"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// boss is a viewer who sees everything.
func boss() handoff.Viewer { return handoff.Viewer{Role: handoff.RoleSupervisor} }

// town is a record of the test's own and the reports over it.
type town struct {
	t      *testing.T
	desk   *handoff.Desk
	pool   *pgxpool.Pool
	clock  *handofftest.Clock
	set    *reports.Set
	number int64
}

func newTown(t *testing.T) *town {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w := &town{t: t, pool: pool, clock: handofftest.NewClock(at(23, 9, 30)), number: 10000}
	if w.desk, err = handoff.New(handoff.Options{Pool: pool, Now: w.clock.Now, Secret: []byte(strings.Repeat("k", 64))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.desk.Close)
	if w.set, err = reports.Load(); err != nil {
		t.Fatal(err)
	}
	return w
}

// at is an instant of November 2026 in Dhaka.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, handoff.Dhaka())
}

// days asks for days of November 2026.
func days(first, last int) reports.Ask { return reports.Ask{From: at(first, 0, 0), To: at(last, 0, 0)} }

// talk is a conversation to be recorded turn by turn.
type talk struct {
	channel, flow, team string
	ward                int
}

// open records the first turn of a newcomer.
func (w *town) open(c talk) *handoff.Turn {
	w.t.Helper()
	turn := &handoff.Turn{
		Key: handoff.Key{Channel: c.channel, Address: uuid.NewString()}, Opens: true, Newcomer: true, Was: handoff.Standing{Owner: flows.OwnerBot},
		Now: handoff.Standing{
			Identity: handoff.NewID(), Contact: handoff.NewID(), Conversation: handoff.NewID(), Version: 1, Owner: flows.OwnerBot, Heard: w.clock.Now(),
		},
		Checkpoint: []byte("{}"), Flow: c.flow, Kind: flows.Complaint, Ward: c.ward,
		Out: []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "?"}},
	}
	if c.team != "" {
		turn.Team, turn.Reason, turn.Now.Owner = c.team, "asked", flows.OwnerQueue
	}
	return w.commit(turn)
}

// after records a turn that follows on another one.
func (w *town) after(t *handoff.Turn, change func(*handoff.Turn)) *handoff.Turn {
	w.t.Helper()
	next := *t
	next.Was, next.Opens, next.Newcomer, next.Out, next.Cases, next.Reason = t.Now, false, false, nil, nil, ""
	next.Now.Version++
	change(&next)
	return w.commit(&next)
}

func (w *town) commit(t *handoff.Turn) *handoff.Turn {
	w.t.Helper()
	results, err := w.desk.Commit(w.t.Context(), []*handoff.Turn{t})
	if err != nil || results[0].Outcome != handoff.Committed {
		w.t.Fatalf("commit: %v, %v", results, err)
	}
	return t
}

// matter is a case to be filed.
type matter struct {
	flow, team, answers string
	kind                flows.Kind
	ward                int
	target              time.Duration
}

// file files a case in a conversation.
func (w *town) file(t *handoff.Turn, m matter) int64 {
	w.t.Helper()
	w.number++
	number := w.number
	if m.answers == "" {
		m.answers = "{}"
	}
	*t = *w.after(t, func(next *handoff.Turn) {
		next.Cases = []handoff.NewCase{{
			OpenCase: flows.OpenCase{Number: number, Flow: m.flow, Kind: m.kind, Title: "x", Team: m.team, Ward: m.ward, Target: m.target},
			Answers:  json.RawMessage(m.answers),
		}}
	})
	return number
}

// happen puts something on a case's timeline and sets where it stands.
func (w *town) happen(number int64, status handoff.CaseStatus, when time.Time) {
	w.t.Helper()
	w.exec(`INSERT INTO case_timeline (id, case_number, at, kind) VALUES ($1, $2, $3, $4)`, handoff.NewID(), number, when, string(status))
	w.exec(`UPDATE cases SET status = $2 WHERE number = $1`, number, string(status))
}

func (w *town) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.pool.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// rows runs a report.
func (w *town) rows(v handoff.Viewer, name string, a reports.Ask) [][]any {
	w.t.Helper()
	table, err := w.set.Run(w.t.Context(), w.desk, v, name, a)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return table.Rows
}

// want holds a report's rows against what they should be.
func (w *town) want(v handoff.Viewer, name string, a reports.Ask, want ...[]any) {
	w.t.Helper()
	got := w.rows(v, name, a)
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
		w.t.Errorf("%s:\n got %v\nwant %v", name, got, want)
	}
}

func row(cells ...any) []any {
	for i, c := range cells {
		if n, ok := c.(int); ok {
			cells[i] = int64(n)
		}
	}
	return cells
}

// fill records made-up traffic of three days.
func (w *town) fill(random *rand.Rand, conversations int) {
	w.t.Helper()
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	for range conversations {
		w.clock.Set(at(20+random.IntN(3), random.IntN(24), random.IntN(60)))
		t := w.open(talk{channel: pick("messenger", "web"), flow: pick("", "drainage", "waste"), team: pick("", "drainage", "waste"), ward: random.IntN(3)})
		for range random.IntN(3) {
			w.file(t, matter{
				flow: pick("drainage", "waste", "tax"), team: pick("", "drainage", "waste"), ward: random.IntN(4),
				kind: flows.Kind(pick("complaint", "request", "question", "suggestion")),
			})
		}
		if random.IntN(2) == 0 {
			if _, err := w.desk.FoldFigures(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// viewers are people who see different parts of the record.
func viewers() map[string]handoff.Viewer {
	return map[string]handoff.Viewer{
		"supervisor":           boss(),
		"agent without limits": {Role: handoff.RoleAgent},
		"agent of a team":      {Role: handoff.RoleAgent, AgentID: uuid.New(), Teams: []string{"drainage"}},
		"agent of wards":       {Role: handoff.RoleAgent, AgentID: uuid.New(), Wards: []int{1, 2}},
		"agent of both":        {Role: handoff.RoleAgent, AgentID: uuid.New(), Teams: []string{"waste"}, Wards: []int{1}},
		"nobody":               {},
	}
}

// everything pages through a list.
func everything[T any](t *testing.T, read func(handoff.PageOf) (handoff.Page[T], error)) []T {
	t.Helper()
	var all []T
	page := handoff.PageOf{Limit: handoff.MaxPageSize}
	for range 100 {
		got, err := read(page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got.Items...)
		if page.Cursor = got.Next; page.Cursor == "" {
			return all
		}
	}
	t.Fatal("the list has no end")
	return nil
}

// counted sums a column by another one.
func counted(rows [][]any, key, n int) map[any]int64 {
	sums := map[any]int64{}
	for _, r := range rows {
		count, _ := r[n].(int64)
		sums[r[key]] += count
	}
	return sums
}

func tally[T any](items []T, key func(T) any) map[any]int64 {
	sums := map[any]int64{}
	for i := range slices.Values(items) {
		sums[key(i)]++
	}
	return sums
}
