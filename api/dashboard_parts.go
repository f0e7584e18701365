package api

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
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
	// Beside each other the two columns are about as long then.
	order := []string{"channels", "languages", "services", "teams"}
	slices.SortStableFunc(q.v.Others, func(a, b shares) int { return cmp.Compare(slices.Index(order, a.ID), slices.Index(order, b.ID)) })
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
		q.figure("figure_contacts", now, then, asking.talks)
	}
	now, then, err := q.sum("cases_by_kind", 1)
	if err != nil {
		return err
	}
	q.figure("figure_cases", now, then, asking.cases)
	return q.scores()
}

func (q asking) figure(key string, now, then int, list func(asking, ...string) string) {
	q.v.Figures = append(q.v.Figures, figure{Name: q.v.Words[key], N: q.v.Number(now), Before: q.v.Number(then), Path: list(q), Earlier: list(q.earlier())})
}

// scores is how satisfied people say they are: about cases, and about
// conversations.
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
	if n == 0 {
		return nil
	}
	f := figure{Name: q.v.Say("figure_satisfaction", "n", q.v.Number(int(n))), N: q.v.digits(fmt.Sprintf("%.1f", float64(sum)/float64(n)))}
	f.Parts = []cell{{q.v.Words["figure_of_cases"], q.cases("figure", string(handoff.CaseRated))}}
	if !q.v.ByKind {
		f.Parts = append(f.Parts, cell{q.v.Words["figure_of_talks"], q.talks("figure", string(handoff.TalkRated))})
	}
	q.v.Figures = append(q.v.Figures, f)
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
			id, _ := v.(string)
			if id == "" && one.by == "team" {
				return q.cases("without", withoutTeam)
			}
			return q.cases(one.by, id)
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
	q.v.Wards = q.v.sharesOf("wards", "ward", mostFirst(t.Rows), func(v any) string {
		if _, ok := v.(int64); ok {
			return q.v.Say("chart_ward_n", "n", q.nameOf("ward", v))
		}
		return q.nameOf("ward", v)
	}, func(v any) string {
		if n, ok := v.(int64); ok {
			return path(int(n))
		}
		return q.cases("without", withoutWard)
	})
	q.v.Wards.columns()
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
		list := func(f handoff.CaseFigure) string { return q.cases("flow", flow, "figure", string(f)) }
		done := list(handoff.CaseSettled)
		q.v.Settled = append(q.v.Settled, settledLine{
			Service: q.nameOf("flow", flow), Cases: cell{q.v.cell(row[1]), q.cases("flow", flow)}, Resolved: cell{q.v.cell(row[2]), done},
			Median: known(q.v.hours(row[3]), done), Most: known(q.v.hours(row[4]), done), Within: known(q.v.share(row[5]), list(handoff.CaseInTime)),
			Reopened: cell{q.v.percent(100 * float64(reopened) / float64(max(cases, 1))), list(handoff.CaseAgain)},
		})
	}
	return nil
}

// known is a cell that opens its list where there is a figure.
func known(n, path string) cell {
	if n == "–" {
		path = ""
	}
	return cell{n, path}
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
