package reports_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/figures"
	"nagorik/handoff/reports"
)

// TestFiguresAreWhatTheRowsSay changes a record in every way that moves a
// figure, folds now and then, and holds every report, for everybody and narrowed
// in every way, against the same report out of rows alone. At the end it writes
// behind the figures' back: that is found and mended.
func TestFiguresAreWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	for step := range 150 {
		c.clock.Set(c.clock.Now().Add(time.Duration(c.random.IntN(90)) * time.Minute))
		c.change()
		if c.random.IntN(6) == 0 {
			c.fold()
		}
		switch step {
		case 20, 110:
			c.hire()
		case 70:
			c.exec(`UPDATE agents SET disabled_at = created_at WHERE wards <> '{}'`)
			c.countScopes()
		}
		if step%50 == 49 {
			c.compare(fmt.Sprintf("after step %d", step))
		}
	}
	c.forget()
	c.compare("before the last fold")
	c.fold()
	c.compare("when all is counted")
	if found := c.check(); len(found) > 0 {
		t.Errorf("nothing was written behind the figures' back, but it differs: %v", found)
	}
	c.exec(`UPDATE figures SET n = n + 3 WHERE what = 'case' AND NOT monthly`)
	c.exec(`DELETE FROM figures WHERE what = 'place' AND monthly`)
	c.exec(`INSERT INTO figures (what, monthly, ward, day, flow, kind, channel, team, key, n, total) VALUES ('hour', false, -1, '2026-11-28', '', '', 'moon', '', '7', 4, 0)`)
	c.exec(`DELETE FROM case_facts WHERE number % 7 = 0`)
	c.exec(`UPDATE messages SET place = 'tax.sum' WHERE place = 'waste.ward'`)
	found := map[string]bool{}
	for range 2 {
		for _, d := range c.check() {
			found[d.What] = true
		}
		c.fold()
	}
	if !found["figures"] || !found["months"] || !found["case_facts"] || !found["talk_facts"] {
		t.Errorf("found only %v", found)
	}
	c.compare("when it is mended")
	if found := c.check(); len(found) > 0 {
		t.Errorf("it differs after it was mended: %v", found)
	}
}

// TestSpreadIsNearTheTruth holds medians and ninetieth percentiles against those
// of the times themselves, and holds them to be the true ones for a few cases.
func TestSpreadIsNearTheTruth(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	random := rand.New(rand.NewPCG(7, 8))
	opened, turn := w.clock.Now(), w.open(talk{channel: "web"})
	var hours []float64
	for range 120 {
		took := time.Duration(math.Exp(random.Float64()*12)) * time.Second // a second to two days
		w.happen(w.file(turn, matter{flow: "waste", kind: flows.Complaint}), handoff.CaseResolved, opened.Add(took))
		hours = append(hours, took.Hours())
	}
	slices.Sort(hours)
	row := w.rows(boss(), "resolution", days(23, 23))[0]
	for i, q := range map[int]float64{3: 0.5, 4: 0.9} {
		rank := q * float64(len(hours)-1)
		low, high := hours[int(rank)], hours[int(math.Ceil(rank))]
		want := low + (high-low)*(rank-math.Floor(rank))
		if got, _ := row[i].(float64); math.Abs(got-want) > want*(math.Pow(2, 1.0/8)-1)+0.05 { // rounded to a tenth of an hour
			t.Errorf("%v is %v hours, want %.2f", q, got, want)
		}
	}
}

// changing is a town where things happen.
type changing struct {
	*town
	random  *rand.Rand
	clerk   handoff.Viewer
	talks   []*handoff.Turn // that nobody but the bot has had
	numbers []int64
}

func newChanging(t *testing.T) *changing {
	t.Helper()
	c := &changing{town: newTown(t), random: rand.New(rand.NewPCG(11, 12)), clerk: handoff.Viewer{Role: handoff.RoleAgent, AgentID: uuid.New(), Teams: []string{"drainage"}}}
	c.clock.Set(at(27, 6, 0)) // so that the month ends on the way
	c.exec(`INSERT INTO agents (id, email, name, role, teams, created_at) VALUES ($1, 'clerk@city.example', 'Clerk', 'agent', '{drainage}', $2)`, c.clerk.AgentID, c.clock.Now())
	return c
}

func (c *changing) pick(words ...string) string { return words[c.random.IntN(len(words))] }

// change does one thing. What is not allowed where a case stands changes nothing.
func (c *changing) change() {
	c.t.Helper()
	if c.random.IntN(4) == 0 || len(c.talks) == 0 || len(c.numbers) == 0 {
		c.begin()
		return
	}
	at := c.random.IntN(len(c.talks))
	if c.random.IntN(2) == 0 {
		c.may(c.work(c.numbers[c.random.IntN(len(c.numbers))]))
	} else if c.say(c.talks[at]) {
		c.talks = slices.Delete(c.talks, at, at+1)
	}
}

// begin opens a conversation, often with a case or two.
func (c *changing) begin() {
	turn := c.open(talk{channel: c.pick("messenger", "web"), flow: c.pick("", "drainage", "waste"), ward: c.random.IntN(3)})
	for range c.random.IntN(3) {
		c.numbers = append(c.numbers, c.file(turn, matter{
			flow: c.pick("drainage", "waste", "tax"), team: c.pick("", "drainage", "waste"), ward: c.random.IntN(4), target: 30 * time.Hour,
			kind: flows.Kind(c.pick("complaint", "request", "question", "suggestion")), answers: c.pick("{}", `{"rating":4}`, `{"rating":1}`),
		}))
	}
	c.talks = append(c.talks, turn)
}

// work is done on a case by staff.
func (c *changing) work(number int64) (err error) {
	ctx := c.t.Context()
	switch c.random.IntN(8) {
	case 0:
		_, err = c.desk.PlaceCase(ctx, boss(), number, handoff.Placing{Ward: 1 + c.random.IntN(4)})
	case 1:
		_, err = c.desk.AssignCase(ctx, boss(), number, handoff.Assignment{Agent: c.clerk.AgentID})
	case 2:
		_, err = c.desk.AssignCase(ctx, boss(), number, handoff.Assignment{Team: c.pick("drainage", "waste")})
	case 3, 4:
		_, err = c.desk.ResolveCase(ctx, boss(), number, handoff.Resolution{Note: "done"})
	case 5:
		_, err = c.desk.CloseCase(ctx, boss(), number, "")
	case 6:
		_, err = c.desk.ReopenCase(ctx, boss(), number, "it is not")
	default:
		_, _, err = c.desk.MatchCase(ctx, boss(), number, c.numbers[0])
	}
	return err
}

// say is what happens to a conversation. It reports whether the bot goes on with
// it no more.
func (c *changing) say(turn *handoff.Turn) (gone bool) {
	ctx := c.t.Context()
	switch c.random.IntN(8) {
	case 0:
		c.goOn(turn, "", true)
	case 1:
		c.goOn(turn, turn.State, true)
	case 2:
		c.after(turn, func(next *handoff.Turn) {
			next.Now.Owner, next.Team, next.Reason = flows.OwnerQueue, c.pick("", "drainage", "waste"), "asked"
		})
		c.compare("while somebody waits")
		c.clock.Set(c.clock.Now().Add(time.Duration(c.random.IntN(50)) * time.Minute))
		_, err := c.desk.Take(ctx, c.clerk, turn.Now.Conversation, nil)
		c.may(err)
		c.exec(`UPDATE conversations SET rating = $2 WHERE id = $1`, turn.Now.Conversation, 1+c.random.IntN(5))
	case 3:
		_, err := c.desk.EraseContact(ctx, boss(), turn.Now.Contact, handoff.EraseWord)
		c.may(err)
	case 4:
		c.join(turn.Now.Contact)
	default:
		c.goOn(turn, c.pick("what", "ward", "sure"), false)
		return false
	}
	return true
}

// goOn brings a dialogue to a place, where it perhaps ends.
func (c *changing) goOn(turn *handoff.Turn, state string, over bool) {
	*turn = *c.after(turn, func(next *handoff.Turn) {
		next.Flow, next.State, next.Now.Closed = c.pick("drainage", "waste"), state, over
		next.Out = []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "?"}}
	})
}

// join proves the telephone of somebody else to be the contact's.
func (c *changing) join(contact uuid.UUID) {
	c.t.Helper()
	ctx := c.t.Context()
	phone := fmt.Sprintf("+88017%08d", c.random.IntN(100_000_000))
	other := c.open(talk{channel: "sms", flow: "waste", ward: 2})
	c.exec(`UPDATE identities SET address = $2 WHERE id = $1`, other.Now.Identity, phone)
	if _, err := c.desk.SendCode(ctx, boss(), contact, phone); err != nil {
		c.t.Fatal(err)
	}
	codes, err := c.desk.ClaimCodes(ctx, 10)
	if err != nil || len(codes) != 1 {
		c.t.Fatalf("%d codes to send, %v", len(codes), err)
	}
	if err := c.desk.CodeSettled(ctx, codes[0].ID, handoff.CodeSent, 0, ""); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.desk.MergeByCode(ctx, boss(), contact, codes[0].Code); err != nil {
		c.t.Fatal(err)
	}
}

// may lets those faults pass that say that something is not allowed.
func (c *changing) may(err error) {
	c.t.Helper()
	var field *handoff.FieldError
	if err != nil && !errors.Is(err, handoff.ErrConflict) && !errors.Is(err, handoff.ErrNotFound) && !errors.As(err, &field) {
		c.t.Fatal(err)
	}
}

// forget takes out what has been kept for long enough: all words and everybody.
func (c *changing) forget() {
	c.t.Helper()
	was := c.clock.Now()
	c.clock.Set(was.AddDate(1, 0, 0))
	err := c.desk.Retain(c.t.Context(), boss(), map[handoff.RetentionKind]int{handoff.RetainWords: 1, handoff.RetainPeople: 6})
	if err == nil {
		err = c.desk.Forget(c.t.Context())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.clock.Set(was)
}

// fold counts all that waits.
func (c *changing) fold() {
	c.t.Helper()
	for {
		n, err := c.desk.FoldFigures(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// hire brings agents to the desk who see different parts of the record, and
// counts what they see.
func (c *changing) hire() {
	c.t.Helper()
	for _, v := range viewers() {
		if v.Role == handoff.RoleAgent && v.AgentID != uuid.Nil {
			c.exec(`INSERT INTO agents (id, email, name, role, teams, wards, created_at) VALUES ($1, $2, 'Agent', 'agent', COALESCE($3::text[], '{}'), COALESCE($4::integer[], '{}'), $5)`,
				v.AgentID, v.AgentID.String()+"@city.example", v.Teams, v.Wards, c.clock.Now())
		}
	}
	c.countScopes()
}

func (c *changing) countScopes() {
	c.t.Helper()
	if _, err := c.desk.CountScopes(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// check looks at every day.
func (c *changing) check() (all []figures.Difference) {
	c.t.Helper()
	for day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC); day.Before(c.clock.Now().AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		found, err := figures.Check(c.t.Context(), c.pool, day)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// compare holds reports against themselves out of rows alone.
func (c *changing) compare(when string) {
	c.t.Helper()
	type asked struct {
		who, name string
		reports.Ask
	}
	got := map[asked]string{}
	all := viewers()
	all["clerk"] = c.clerk
	for _, name := range c.set.Names() {
		report, err := c.set.Report(name)
		if err != nil {
			c.t.Fatal(err)
		}
		for range 1 + c.random.IntN(2) {
			from := at(1+c.random.IntN(35), 0, 0)
			a := reports.Ask{From: from, To: from.AddDate(0, c.random.IntN(3), c.random.IntN(9))}
			for range c.random.IntN(3) {
				a = narrowed(a, report.Filters[c.random.IntN(len(report.Filters))])
			}
			if name == "first_answers" {
				a.Target = []int{0, 5, 30, 300}[c.random.IntN(4)]
			}
			for who, v := range all {
				got[asked{who, name, a}] = fmt.Sprint(c.rows(v, name, a))
			}
		}
	}
	c.exec(`INSERT INTO figure_changes (everything) VALUES (true)`)
	for q, figures := range got {
		if rows := fmt.Sprint(c.rows(all[q.who], q.name, q.Ask)); rows != figures {
			c.t.Errorf("%s, %s for the %s, %+v:\n figures %s\n rows    %s", when, q.name, q.who, q.Ask, figures, rows)
		}
	}
	c.exec(`DELETE FROM figure_changes WHERE everything`)
}
