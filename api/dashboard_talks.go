package api

import (
	"cmp"
	"slices"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// days are contacts by day, before the days before.
func (q asking) days() error {
	now, err := q.run("contacts_by_day", q.now)
	if err != nil {
		return err
	}
	then, err := q.run("contacts_by_day", q.before)
	if err != nil {
		return err
	}
	path := func(day time.Time) string {
		on := day.Format(time.DateOnly)
		return q.talks("from", on, "to", on)
	}
	q.v.Graph = q.v.graph(q.now.From, byDay(now), byDay(then), path)
	for i := range q.v.Graph.Bars {
		if b := &q.v.Graph.Bars[i]; b.Before != "" {
			b.Earlier = path(q.before.From.AddDate(0, 0, i))
		}
	}
	return nil
}

// talking is about conversations: by channel and language, by hour, and how
// many the bot settles alone.
func (q asking) talking() error {
	p := q.v.page
	for _, one := range []struct{ id, head, report string }{{"channels", "channel", "channels"}, {"languages", "language", "languages"}} {
		t, err := q.run(one.report, q.now)
		if err != nil {
			return err
		}
		q.v.Others = append(q.v.Others, p.sharesOf(one.id, one.head, t.Rows, func(v any) string { return q.nameOf(one.head, v) }, func(v any) string {
			word, _ := v.(string)
			if word == "" && one.id == "languages" {
				return q.talks("without", withoutLanguage)
			}
			return q.talks(one.head, word)
		}))
	}
	t, err := q.run("hours", q.now)
	if err != nil {
		return err
	}
	q.v.Week = p.week(t.Rows, func(day, hour int) string { return q.talks("weekday", itoa(day), "hour", itoa(hour)) })
	if t, err = q.run("contained", q.now); err != nil || len(t.Rows) == 0 {
		return err
	}
	row := t.Rows[0]
	list := q.talks("figure", string(handoff.TalkContained))
	q.v.Figures = append(q.v.Figures, figure{Name: p.Words["figure_contained"], N: p.share(row[2]), Path: list}, figure{Name: p.Words["figure_saved"], N: p.cell(row[1]), Path: list})
	return nil
}

// firstAnswers is how long people waited for the first answer of a person.
func (q asking) firstAnswers() (reports.Table, error) {
	a := q.now
	a.Target = q.s.answerTarget()
	return q.run("first_answers", a)
}

// waits puts first answers beside the city's target.
func (q asking) waits() error {
	t, err := q.firstAnswers()
	if err != nil {
		return err
	}
	target := q.s.answerTarget()
	if target > 0 {
		q.v.Target = q.v.Say("chart_within_n", "n", q.v.Number(target))
	}
	var all, within int64
	for _, row := range t.Rows {
		team, _ := row[0].(string)
		contacts, _ := row[1].(int64)
		path := q.talks("taken", cmp.Or(team, nobody))
		line := waitLine{Team: q.nameOf("team", team), Taken: cell{q.v.cell(row[1]), path}, Median: cell{q.v.minutes(row[2]), path}, Most: cell{q.v.minutes(row[3]), path}}
		if n, ok := row[4].(int64); ok {
			all, within = all+contacts, within+n
			inTime := q.talks("taken", cmp.Or(team, nobody), "within", itoa(target))
			line.Within, line.Share = cell{q.v.cell(n), inTime}, cell{q.v.percent(100 * float64(n) / float64(max(contacts, 1))), inTime}
		}
		q.v.Waits = append(q.v.Waits, line)
	}
	if all > 0 {
		q.v.Figures = append(q.v.Figures, figure{
			Name: q.v.Say("figure_answered", "n", q.v.Number(target)), N: q.v.percent(100 * float64(within) / float64(all)),
			Path: q.talks("figure", string(handoff.TalkAnswered), "within", itoa(target)),
		})
	}
	return nil
}

// minutes is a stretch of them in words.
func (p page) minutes(cell any) string {
	n, _ := cell.(int64)
	return p.span(time.Duration(n) * time.Minute)
}

// left is where dialogues are left, by service.
func (q asking) left() error {
	t, err := q.run("dropoff", q.now)
	if err != nil {
		return err
	}
	for _, l := range leftBy(t.Rows) {
		left := q.talks("flow", l.flow, "figure", string(handoff.TalkLeft))
		q.v.Left = append(q.v.Left, leftLine{
			Service: q.nameOf("flow", l.flow), Entered: cell{q.v.Number(int(l.entered)), q.talks("place", l.flow+"."+l.first)}, Dropped: cell{q.v.Number(int(l.dropped)), left},
			Part: cell{q.v.percent(100 * float64(l.dropped) / float64(max(l.entered, 1))), left},
		})
	}
	return nil
}

// leftFlow is how many dialogues of a service began and were left.
type leftFlow struct {
	flow             string
	entered, dropped int64
	first            string // the place that most came to
}

// leftBy puts the places of a service together.
func leftBy(rows [][]any) []leftFlow {
	var list []leftFlow
	for _, row := range rows {
		flow, _ := row[0].(string)
		place, _ := row[1].(string)
		entered, _ := row[2].(int64)
		dropped, _ := row[4].(int64)
		i := slices.IndexFunc(list, func(l leftFlow) bool { return l.flow == flow })
		if i < 0 {
			i, list = len(list), append(list, leftFlow{flow: flow})
		}
		l := &list[i]
		// A dialogue's first question is the one that most come to.
		if entered > l.entered {
			l.entered, l.first = entered, place
		}
		l.dropped += dropped
	}
	return list
}
