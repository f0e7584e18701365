package api

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"nagorik/flows"
	"nagorik/handoff/reports"
)

// fill reads all figures.
func (q asking) fill() error {
	parts := []func() error{q.counts, q.shares, q.wards, q.settled}
	if !q.v.ByKind {
		parts = append(parts, q.days, q.talking, q.waits, q.left)
	}
	for _, part := range parts {
		if err := part(); err != nil {
			return err
		}
	}
	q.v.Nothing = len(q.v.Kinds.Lines) == 0 && (q.v.ByKind || q.v.Figures[0].N == q.v.Number(0))
	q.v.Empty = q.s.empty(q.v.page, "dashboard_empty", "dashboard_empty_text")
	return nil
}

// sum adds up a column of a report, of this stretch and of the one before.
func (q asking) sum(name string, column int) (now, before int, err error) {
	for _, one := range []struct {
		ask reports.Ask
		n   *int
	}{{q.now, &now}, {q.before, &before}} {
		t, err := q.run(name, one.ask)
		if err != nil {
			return 0, 0, err
		}
		for _, row := range t.Rows {
			n, _ := row[column].(int64)
			*one.n += int(n)
		}
	}
	return now, before, nil
}

// counts are the large figures at the top.
func (q asking) counts() error {
	if !q.v.ByKind {
		now, then, err := q.sum("contacts_by_day", 1)
		if err != nil {
			return err
		}
		q.figure("figure_contacts", now, then, q.talks())
	}
	now, then, err := q.sum("cases_by_kind", 1)
	if err != nil {
		return err
	}
	q.figure("figure_cases", now, then, q.cases())
	return q.scores()
}

func (q asking) figure(key string, now, then int, path string) {
	q.v.Figures = append(q.v.Figures, figure{q.v.Words[key], q.v.Number(now), q.v.Number(then), path})
}

// scores is how satisfied people say they are.
func (q asking) scores() error {
	t, err := q.run("satisfaction", q.now)
	if err != nil {
		return err
	}
	sum, n := int64(0), int64(0)
	for _, row := range t.Rows {
		score, _ := row[0].(int64)
		count, _ := row[1].(int64)
		sum, n = sum+score*count, n+count
	}
	if n > 0 {
		mean := q.v.digits(fmt.Sprintf("%.1f", float64(sum)/float64(n)))
		q.v.Figures = append(q.v.Figures, figure{Name: q.v.Say("figure_satisfaction", "n", q.v.Number(int(n))), N: mean})
	}
	return nil
}

// shares are cases by what they are and who works on them.
func (q asking) shares() error {
	for _, one := range []struct{ id, head, report, by string }{
		{"kinds", "kind", "cases_by_kind", "kind"}, {"services", "service", "cases_by_service", "flow"}, {"teams", "team", "cases_by_team", "team"},
	} {
		t, err := q.run(one.report, q.now)
		if err != nil {
			return err
		}
		part := q.v.sharesOf(one.id, one.head, t.Rows, func(v any) string { return q.nameOf(one.by, v) }, func(v any) string {
			if id, _ := v.(string); id != "" {
				return q.cases(one.by, id)
			}
			return ""
		})
		if one.id == "kinds" {
			q.v.Kinds = part
			continue
		}
		q.v.Others = append(q.v.Others, part)
	}
	return nil
}

// nameOf is what an id of a report is called: of a kind, flow, team, ward,
// channel or language.
func (q asking) nameOf(by string, id any) string {
	p := q.v.page
	word, _ := id.(string)
	switch by {
	case "kind":
		return p.KindName(flows.Kind(word))
	case "flow":
		return cmp.Or(q.s.serviceName(p.Lang, word), p.Words["chart_unknown"])
	case "team":
		return cmp.Or(q.s.teamName(p.Lang, word), p.Words["chart_unknown"])
	case "channel":
		return p.channelName(word)
	case "language":
		return cmp.Or(p.LanguageName(word), p.Words["chart_unknown"])
	default:
		if n, ok := id.(int64); ok {
			return p.Number(int(n))
		}
		return p.Words["chart_unknown"]
	}
}

// mostFirst sorts rows of names and counts by the counts.
func mostFirst(rows [][]any) [][]any {
	slices.SortStableFunc(rows, func(a, b []any) int { m, _ := a[1].(int64); n, _ := b[1].(int64); return cmp.Compare(n, m) })
	return rows
}

// wards are cases by ward, as a map and as a table.
func (q asking) wards() error {
	t, err := q.run("cases_by_ward", q.now)
	if err != nil {
		return err
	}
	counts := map[int]int{}
	for _, row := range t.Rows {
		ward, _ := row[0].(int64)
		n, _ := row[1].(int64)
		counts[int(ward)] = int(n)
	}
	path := func(ward int) string { return q.cases("ward", itoa(ward)) }
	if q.s.opt.Wards != nil {
		q.v.Map = q.v.wardMap(q.s.opt.Wards.Outline(mapWidth), counts, path)
	}
	q.v.Wards = q.v.sharesOf("wards", "ward", mostFirst(t.Rows), func(v any) string { return q.nameOf("ward", v) }, func(v any) string {
		if n, ok := v.(int64); ok {
			return path(int(n))
		}
		return ""
	})
	return nil
}

// settled is how cases were settled, by service.
func (q asking) settled() error {
	t, err := q.run("resolution", q.now)
	if err != nil {
		return err
	}
	for _, row := range t.Rows {
		flow, _ := row[0].(string)
		cases, _ := row[1].(int64)
		reopened, _ := row[6].(int64)
		q.v.Settled = append(q.v.Settled, settledLine{
			Service: q.nameOf("flow", flow), Path: q.cases("flow", flow), Cases: q.v.cell(row[1]), Resolved: q.v.cell(row[2]),
			Median: q.v.hours(row[3]), Most: q.v.hours(row[4]), Within: q.v.share(row[5]), Reopened: q.v.percent(100 * float64(reopened) / float64(max(cases, 1))),
		})
	}
	return nil
}

// cell writes a count of a report.
func (p page) cell(v any) string {
	n, _ := v.(int64)
	return p.Number(int(n))
}

// hours writes hours of a report as a stretch of time.
func (p page) hours(v any) string {
	h, ok := v.(float64)
	if !ok {
		return "–"
	}
	return p.span(time.Duration(h * float64(time.Hour)))
}

// share writes a percentage of a report.
func (p page) share(v any) string {
	f, ok := v.(float64)
	if !ok {
		return "–"
	}
	return p.percent(f)
}

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
	q.v.Graph = q.v.graph(q.now.From, byDay(now), byDay(then), func(day time.Time) string {
		on := day.Format(time.DateOnly)
		return q.talks("from", on, "to", on)
	})
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
			if word, _ := v.(string); one.id == "channels" {
				return q.talks("channel", word)
			}
			return ""
		}))
	}
	t, err := q.run("hours", q.now)
	if err != nil {
		return err
	}
	q.v.Week = p.week(t.Rows)
	if t, err = q.run("contained", q.now); err != nil || len(t.Rows) == 0 {
		return err
	}
	row := t.Rows[0]
	q.v.Figures = append(q.v.Figures, figure{Name: p.Words["figure_contained"], N: p.share(row[2])}, figure{Name: p.Words["figure_saved"], N: p.cell(row[1])})
	return nil
}

// waits is how long people waited for a person.
func (q asking) waits() error {
	t, err := q.run("waits", q.now)
	if err != nil {
		return err
	}
	span := func(v any) string { n, _ := v.(int64); return q.v.span(time.Duration(n) * time.Minute) }
	for _, row := range t.Rows {
		team, _ := row[0].(string)
		q.v.Waits = append(q.v.Waits, waitLine{q.nameOf("team", team), q.v.cell(row[1]), span(row[2]), span(row[3])})
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
		q.v.Left = append(q.v.Left, leftLine{
			q.nameOf("flow", l.flow), q.v.Number(int(l.entered)), q.v.Number(int(l.dropped)), q.v.percent(100 * float64(l.dropped) / float64(max(l.entered, 1))),
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
