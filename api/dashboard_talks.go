package api

import (
	"cmp"
	"slices"
	"time"

	"nagorik/handoff"
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

// firstAnswers are how long people waited for the first answer of a person.
func (q asking) firstAnswers() ([]handoff.FirstAnswers, error) {
	f := handoff.ConversationFilter{Flow: q.now.Flow, Ward: q.now.Ward, Channel: q.now.Channel, Team: q.now.Team, From: q.now.From, To: q.now.To.AddDate(0, 0, 1)}
	return q.s.opt.Desk.FirstAnswers(q.c.Request().Context(), viewer(q.c), f, time.Duration(q.s.answerTarget())*time.Minute)
}

// waits puts first answers beside the city's target.
func (q asking) waits() error {
	list, err := q.firstAnswers()
	if err != nil {
		return err
	}
	target := q.s.answerTarget()
	if target > 0 {
		q.v.Target = q.v.Say("chart_within_n", "n", q.v.Number(target))
	}
	all, within := 0, 0
	for _, l := range list {
		all, within = all+l.Contacts, within+l.Within
		path := q.talks("taken", cmp.Or(l.Team, nobody))
		line := waitLine{Team: q.nameOf("team", l.Team), Taken: cell{q.v.Number(l.Contacts), path}, Median: cell{q.v.span(l.Median), path}, Most: cell{q.v.span(l.P90), path}}
		if target > 0 {
			inTime := q.talks("taken", cmp.Or(l.Team, nobody), "within", itoa(target))
			line.Within, line.Share = cell{q.v.Number(l.Within), inTime}, cell{q.v.percent(100 * float64(l.Within) / float64(max(l.Contacts, 1))), inTime}
		}
		q.v.Waits = append(q.v.Waits, line)
	}
	if target > 0 && all > 0 {
		q.v.Figures = append(q.v.Figures, figure{
			Name: q.v.Say("figure_answered", "n", q.v.Number(target)), N: q.v.percent(100 * float64(within) / float64(all)),
			Path: q.talks("figure", string(handoff.TalkAnswered), "within", itoa(target)),
		})
	}
	return nil
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
