package reports_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/reports"
)

func TestTheContractsReportsAreThere(t *testing.T) {
	set, err := reports.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("cases_by_kind cases_by_service cases_by_team cases_by_ward channels contacts_by_day contained dropoff first_answers hours languages resolution satisfaction waits")
	if got := set.Names(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if _, err := set.Report("nothing"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a report that does not exist: %v", err)
	}
}

// TestEveryReportAnswers runs all reports with all filters they take, over a
// record with and without rows, and holds the cells to the columns' types.
func TestEveryReportAnswers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, filled := range []bool{false, true} {
		if filled {
			w.fill(rand.New(rand.NewPCG(3, 4)), 20)
		}
		for _, name := range w.set.Names() {
			report, err := w.set.Report(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, filter := range append([]reports.Filter{""}, report.Filters...) {
				for who, v := range viewers() {
					for _, row := range w.rows(v, name, narrowed(days(1, 30), filter)) {
						for i, cell := range row {
							if !fits(report.Columns[i].Type, cell) {
								t.Errorf("%s for the %s by %q: %s is %#v", name, who, filter, report.Columns[i].Name, cell)
							}
						}
					}
				}
			}
		}
	}
}

func narrowed(a reports.Ask, f reports.Filter) reports.Ask {
	switch f {
	case reports.ByFlow:
		a.Flow = "drainage"
	case reports.ByWard:
		a.Ward = 1
	case reports.ByKind:
		a.Kind = flows.Complaint
	case reports.ByChannel:
		a.Channel = "web"
	case reports.ByTeam:
		a.Team = "drainage"
	}
	return a
}

func fits(kind reports.ColumnType, cell any) bool {
	switch v := cell.(type) {
	case nil:
		return true
	case int64:
		return kind == reports.Integer
	case float64:
		return kind == reports.Hours || kind == reports.Percent && v >= 0 && v <= 100
	case string:
		_, err := time.Parse(time.DateOnly, v)
		return kind == reports.Text || kind == reports.Day && err == nil
	default:
		return false
	}
}

// TestTotalsAreWhatTheListsGive holds reports of cases against lists of cases
// with the same filters, for everybody who may look.
func TestTotalsAreWhatTheListsGive(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	random := rand.New(rand.NewPCG(1, 2))
	w.fill(random, 60)
	for range 25 {
		f := handoff.CaseFilter{From: at(20+random.IntN(3), 0, 0)}
		a := reports.Ask{From: f.From, To: f.From.AddDate(0, 0, random.IntN(3))}
		f.To = a.To.AddDate(0, 0, 1)
		if random.IntN(3) == 0 {
			f.Flow, a.Flow = "drainage", "drainage"
		}
		if random.IntN(3) == 0 {
			f.Ward, a.Ward = 1, 1
		}
		if random.IntN(3) == 0 {
			f.Kind, a.Kind = flows.Request, flows.Request
		}
		for who, v := range viewers() {
			cases := everything(t, func(p handoff.PageOf) (handoff.Page[handoff.Case], error) {
				f.PageOf = p
				return w.desk.Cases(t.Context(), v, f)
			})
			for name, key := range map[string]func(handoff.Case) any{
				"cases_by_kind":    func(c handoff.Case) any { return string(c.Kind) },
				"cases_by_service": func(c handoff.Case) any { return c.Flow },
				"cases_by_ward":    func(c handoff.Case) any { return wardOf(c.Ward) },
			} {
				if got, want := counted(w.rows(v, name, a), 0, 1), tally(cases, key); !maps.Equal(got, want) {
					t.Errorf("%s for the %s, %+v:\n got %v\nwant %v", name, who, a, got, want)
				}
			}
			if a.Kind != "" {
				continue
			}
			got := counted(w.rows(v, "channels", a), 0, 2)
			maps.DeleteFunc(got, func(_ any, n int64) bool { return n == 0 })
			if want := tally(cases, func(c handoff.Case) any { return c.Channel }); !maps.Equal(got, want) {
				t.Errorf("channels for the %s, %+v:\n got %v\nwant %v", who, a, got, want)
			}
		}
	}
}

func wardOf(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// TestContactsAreWhatTheListsGive does the same for conversations.
func TestContactsAreWhatTheListsGive(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.fill(rand.New(rand.NewPCG(5, 6)), 80)
	for who, v := range viewers() {
		for _, team := range []string{"", "drainage"} {
			list := everything(t, func(p handoff.PageOf) (handoff.Page[handoff.Conversation], error) {
				return w.desk.Conversations(t.Context(), v, handoff.ConversationFilter{PageOf: p, Team: team})
			})
			a := days(20, 22)
			a.Team = team
			for name, c := range map[string]struct {
				n   int
				key func(handoff.Conversation) any
			}{
				"contacts_by_day": {1, func(c handoff.Conversation) any { return c.OpenedAt.Format(time.DateOnly) }},
				"hours":           {2, func(c handoff.Conversation) any { return int64(c.OpenedAt.Weekday()) }},
				"channels":        {1, func(c handoff.Conversation) any { return c.Channel }},
			} {
				got := counted(w.rows(v, name, a), 0, c.n)
				maps.DeleteFunc(got, func(_ any, n int64) bool { return n == 0 })
				if want := tally(list, c.key); !maps.Equal(got, want) {
					t.Errorf("%s for the %s of team %q:\n got %v\nwant %v", name, who, team, got, want)
				}
			}
			if contained := w.rows(v, "contained", a)[0]; contained[0] != int64(len(list)) {
				t.Errorf("contained for the %s of team %q counts %v contacts of %d", who, team, contained[0], len(list))
			}
		}
	}
}

// TestPagesBetweenDays holds lists that are read a few at a time against the
// same lists read at once.
func TestPagesBetweenDays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.fill(rand.New(rand.NewPCG(9, 10)), 40)
	from, to := at(20, 12, 0), at(22, 0, 0)
	few := func(page handoff.PageOf) handoff.PageOf { page.Limit = 3; return page }
	cases := func(p handoff.PageOf) (handoff.Page[handoff.Case], error) {
		return w.desk.Cases(t.Context(), boss(), handoff.CaseFilter{PageOf: p, From: from, To: to})
	}
	talks := func(p handoff.PageOf) (handoff.Page[handoff.Conversation], error) {
		return w.desk.Conversations(t.Context(), boss(), handoff.ConversationFilter{PageOf: p, From: from, To: to})
	}
	once := everything(t, cases)
	byFew := everything(t, func(p handoff.PageOf) (handoff.Page[handoff.Case], error) { return cases(few(p)) })
	if len(once) < 10 || !slices.EqualFunc(once, byFew, func(a, b handoff.Case) bool { return a.Number == b.Number }) {
		t.Errorf("%d cases at once, %d by few, or in another order", len(once), len(byFew))
	}
	all := everything(t, talks)
	some := everything(t, func(p handoff.PageOf) (handoff.Page[handoff.Conversation], error) { return talks(few(p)) })
	if len(all) < 10 || !slices.EqualFunc(all, some, func(a, b handoff.Conversation) bool { return a.ID == b.ID }) {
		t.Errorf("%d conversations at once, %d by few, or in another order", len(all), len(some))
	}
	if !slices.IsSortedFunc(all, func(a, b handoff.Conversation) int { return b.OpenedAt.Compare(a.OpenedAt) }) {
		t.Error("the newest are not first")
	}
}

func TestSharesAndDays(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.clock.Set(at(22, 0, 30)) // half past midnight, still the 21st in UTC
	c := w.open(talk{channel: "web"})
	for range 2 {
		w.file(c, matter{flow: "waste", kind: flows.Complaint, ward: 3})
	}
	w.clock.Set(at(23, 23, 59))
	d := w.open(talk{channel: "messenger", flow: "drainage"})
	w.file(d, matter{flow: "drainage", kind: flows.Question})
	w.want(boss(), "contacts_by_day", days(1, 30), row("2026-11-22", 1), row("2026-11-23", 1))
	w.want(boss(), "contacts_by_day", days(22, 22), row("2026-11-22", 1))
	w.want(boss(), "contacts_by_day", days(21, 21))
	w.want(boss(), "cases_by_kind", days(22, 23), row("complaint", 2, 66.7), row("question", 1, 33.3))
	w.want(boss(), "cases_by_service", days(22, 22), row("waste", 2, 100.0))
	w.want(boss(), "cases_by_ward", days(22, 23), row(3, 2, 66.7), row(nil, 1, 33.3))
	w.want(boss(), "channels", days(22, 23), row("web", 1, 2), row("messenger", 1, 1))
	w.want(boss(), "hours", days(22, 23), row(0, 0, 1), row(1, 23, 1)) // a Sunday and a Monday
	byFlow := days(22, 23)
	byFlow.Flow = "drainage"
	w.want(boss(), "contacts_by_day", byFlow, row("2026-11-23", 1))
}

func TestResolution(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	opened := w.clock.Now()
	c := w.open(talk{channel: "web"})
	var numbers []int64
	for range 5 {
		numbers = append(numbers, w.file(c, matter{flow: "waste", kind: flows.Complaint, target: 10 * time.Hour}))
	}
	w.file(c, matter{flow: "tax", kind: flows.Question})
	hours := func(n int) time.Time { return opened.Add(time.Duration(n) * time.Hour) }
	w.happen(numbers[0], handoff.CaseResolved, hours(2))
	w.happen(numbers[1], handoff.CaseResolved, hours(4))
	w.happen(numbers[1], handoff.CaseClosed, hours(400)) // closing takes no time of the office's
	w.happen(numbers[2], handoff.CaseResolved, hours(3))
	w.happen(numbers[2], handoff.CaseReopened, hours(5))
	w.happen(numbers[2], handoff.CaseResolved, hours(24)) // the last time counts
	w.happen(numbers[3], handoff.CaseResolved, hours(1))
	w.happen(numbers[3], handoff.CaseReopened, hours(2)) // open again
	w.want(boss(), "resolution", days(23, 23), row("tax", 1, 0, nil, nil, nil, 0), row("waste", 5, 3, 4.0, 20.0, 66.7, 2))
}

func TestContained(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.want(boss(), "contained", days(1, 30), row(0, 0, nil))
	to := func(owner flows.Owner, closed bool) func(*handoff.Turn) {
		return func(t *handoff.Turn) { t.Now.Owner, t.Now.Closed = owner, closed }
	}
	w.after(w.open(talk{channel: "web"}), to(flows.OwnerBot, true)) // ended by the bot
	w.open(talk{channel: "web"})                                    // answered, still open
	w.open(talk{channel: "web", team: "waste"})                     // waits for people
	back := w.after(w.open(talk{channel: "web", team: "waste"}), to(flows.OwnerBot, false))
	w.after(back, to(flows.OwnerBot, true))                                                                  // was with people once
	w.after(w.open(talk{channel: "web"}), to(flows.OwnerAgent, false))                                       // taken from the bot
	w.exec(`DELETE FROM messages WHERE conversation_id = $1`, w.open(talk{channel: "web"}).Now.Conversation) // kept, not answered
	w.want(boss(), "contained", days(1, 30), row(6, 2, 33.3))
}

func TestDropoff(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	way := func(t *handoff.Turn, states ...string) *handoff.Turn {
		for _, s := range states {
			t = w.after(t, func(next *handoff.Turn) {
				next.Flow, next.State = "waste", s
				next.Out = []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "?"}, {ID: handoff.NewID(), Kind: flows.Prompt, Text: "!"}}
			})
		}
		return t
	}
	silence := func(t *handoff.Turn) *handoff.Turn {
		return w.after(t, func(next *handoff.Turn) { next.Now.Closed = true })
	}
	end := func(t *handoff.Turn) {
		w.after(t, func(next *handoff.Turn) { next.State, next.Now.Closed = "", true })
	}
	web := talk{channel: "web"}
	end(way(w.open(web), "what", "ward", "what", "sure")) // came back to the first question
	dropped := silence(way(w.open(web), "what", "ward"))
	silence(way(w.open(web), "what"))
	way(w.open(web), "what", "ward") // stands there still
	w.open(web)                      // in no service
	// What comes later to a conversation that is over does not move it.
	w.after(dropped, func(next *handoff.Turn) { next.State, next.Was.Closed = "", true })
	want := [][]any{row("waste", "what", 4, 3, 1), row("waste", "ward", 3, 1, 1), row("waste", "sure", 1, 1, 0)}
	w.want(boss(), "dropoff", days(1, 30), want...)
	byFlow := days(1, 30)
	byFlow.Flow = "waste"
	w.want(boss(), "dropoff", byFlow, want...)
	byFlow.Flow = "drainage"
	w.want(boss(), "dropoff", byFlow)
	// Conversations of an older release have no way on record.
	w.exec(`UPDATE messages SET place = NULL`)
	w.want(boss(), "dropoff", days(1, 30), row("waste", "ward", 2, 0, 1), row("waste", "what", 1, 0, 1))
}

func TestSatisfaction(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	c := w.open(talk{channel: "web"})
	w.want(boss(), "satisfaction", days(1, 30))
	for _, answers := range []string{`{"rating":5}`, `{"rating":5}`, `{"rating":1}`, `{"rating":0}`, `{"rating":1e40}`, `{"rating":"5"}`, `{"rating":null}`, `{"stars":4}`} {
		w.file(c, matter{flow: "waste", kind: flows.Complaint, answers: answers})
	}
	w.want(boss(), "satisfaction", days(1, 30), row(1, 1), row(5, 2))
	// What citizens answered when a person had ended the conversation counts as well.
	w.open(talk{channel: "sms"})
	w.open(talk{channel: "sms"})
	w.exec(`UPDATE conversations SET rating = 4, flow = 'drainage' WHERE channel = 'sms'`)
	w.exec(`UPDATE conversations SET rating = 5, flow = 'waste' WHERE channel = 'web'`)
	w.want(boss(), "satisfaction", days(1, 30), row(1, 1), row(4, 2), row(5, 3))
	narrow := days(1, 30)
	narrow.Flow = "drainage"
	w.want(boss(), "satisfaction", narrow, row(4, 2))
	narrow = days(1, 30)
	narrow.Kind = flows.Complaint // a conversation has none
	w.want(boss(), "satisfaction", narrow, row(1, 1), row(5, 2))
}

func TestFirstAnswersAreCountedOnce(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	took := func(team string, minutes ...int) {
		t.Helper()
		turn := w.open(talk{channel: "web"})
		for i, m := range minutes {
			queued := w.clock.Now().Add(time.Duration(i) * time.Hour)
			w.exec(`INSERT INTO conversation_log (id, conversation_id, at, what, team, queued_at) VALUES ($1, $2, $3, 'taken', $4, $5)`,
				handoff.NewID(), turn.Now.Conversation, queued.Add(time.Duration(m)*time.Minute), team, queued)
		}
	}
	took("waste", 10, 200) // the first time counts
	took("waste", 30)
	took("waste", 31)
	took("waste", 600)
	took("", 5)
	took("waste") // nobody has taken it
	asked := days(23, 23)
	for range 2 {
		asked.Target = 0
		w.want(boss(), "first_answers", asked, row("", 1, 5, 5, nil), row("waste", 4, 30, 429, nil))
		asked.Target = 30
		w.want(boss(), "first_answers", asked, row("", 1, 5, 5, 1), row("waste", 4, 30, 429, 2))
		asked.Target = 599 // between the marks that figures have
		w.want(boss(), "first_answers", asked, row("", 1, 5, 5, 1), row("waste", 4, 30, 429, 3))
		if _, err := w.desk.FoldFigures(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.want(boss(), "first_answers", reports.Ask{From: asked.From, To: asked.To, Channel: "fax", Team: "waste"})
}
