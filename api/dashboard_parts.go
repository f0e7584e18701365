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
	if err := q.together(); err != nil {
		return err
	}
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
	p := q.v.page
	text := func(v any) string { s, _ := v.(string); return s }
	for _, one := range []struct {
		id, head, report, by string
		name                 func(string) string
	}{
		{"kinds", "kind", "cases_by_kind", "kind", func(id string) string { return p.KindName(flows.Kind(id)) }},
		{"services", "service", "cases_by_service", "flow", func(id string) string { return q.s.serviceName(p.Lang, id) }},
		{"teams", "team", "cases_by_team", "team", func(id string) string { return cmp.Or(q.s.teamName(p.Lang, id), p.Words["chart_unknown"]) }},
	} {
		t, err := q.run(one.report, q.now)
		if err != nil {
			return err
		}
		part := p.sharesOf(one.id, one.head, t.Rows, func(v any) string { return one.name(text(v)) }, func(v any) string {
			if text(v) == "" {
				return ""
			}
			return q.cases(one.by, text(v))
		})
		if one.id == "kinds" {
			q.v.Kinds = part
			continue
		}
		q.v.Others = append(q.v.Others, part)
	}
	return nil
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
	slices.SortStableFunc(t.Rows, func(a, b []any) int { m, _ := a[1].(int64); n, _ := b[1].(int64); return cmp.Compare(n, m) })
	q.v.Wards = q.v.sharesOf("wards", "ward", t.Rows, func(v any) string {
		if n, ok := v.(int64); ok {
			return q.v.Number(int(n))
		}
		return q.v.Words["chart_unknown"]
	}, func(v any) string {
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
			Service: q.s.serviceName(q.v.Lang, flow), Path: q.cases("flow", flow), Cases: q.v.cell(row[1]), Resolved: q.v.cell(row[2]),
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
		q.v.Others = append(q.v.Others, p.sharesOf(one.id, one.head, t.Rows, func(v any) string {
			word, _ := v.(string)
			if one.id == "channels" {
				return p.channelName(word)
			}
			return cmp.Or(p.LanguageName(word), p.Words["chart_unknown"])
		}, func(v any) string {
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
		q.v.Waits = append(q.v.Waits, waitLine{cmp.Or(q.s.teamName(q.v.Lang, team), q.v.Words["chart_unknown"]), q.v.cell(row[1]), span(row[2]), span(row[3])})
	}
	return nil
}

// left is where dialogues are left, by service.
func (q asking) left() error {
	t, err := q.run("dropoff", q.now)
	if err != nil {
		return err
	}
	type both struct{ entered, dropped int64 }
	sums, order := map[string]both{}, []string{}
	for _, row := range t.Rows {
		flow, _ := row[0].(string)
		entered, _ := row[2].(int64)
		dropped, _ := row[4].(int64)
		sum, known := sums[flow]
		if !known {
			order = append(order, flow)
		}
		// A dialogue's first question is the one that most come to.
		sums[flow] = both{max(sum.entered, entered), sum.dropped + dropped}
	}
	for _, flow := range order {
		n := sums[flow]
		q.v.Left = append(q.v.Left, leftLine{
			q.s.serviceName(q.v.Lang, flow), q.v.Number(int(n.entered)), q.v.Number(int(n.dropped)), q.v.percent(100 * float64(n.dropped) / float64(max(n.entered, 1))),
		})
	}
	return nil
}
