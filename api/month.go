package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// monthPath is the report of a month, made to be printed.
const monthPath = "/console/reports/month"

// monthForm is how a month stands in an address.
const monthForm = "2006-01"

// The years that a report can be of: what is earlier is a slip of the hand.
const firstYear, lastYear = 2000, 2199

// monthView is the report of a month.
type monthView struct {
	page
	Filters        []field
	Faulty         bool
	Month          string // in words
	Before         string // the month that it is compared with
	Earlier, Later string // paths of the months around it; Later is empty for the month that goes on
	Book           string // its tables in one workbook
	Notes          []string
	Main           []monthFigure
	Reopened       string // how many cases were opened again, beside the month before
	Board          dashboardView
}

// monthFigure is a main figure, and how it compares with the month before.
type monthFigure struct{ Name, N, Says, Path string }

func (s *Server) showMonth(c echo.Context) error {
	v := monthView{page: s.page(c, "month_title")}
	a, ok := v.monthAsk(c.QueryParam("month"), s.now())
	if !ok {
		v.Faulty = true
		return s.show(c, http.StatusUnprocessableEntity, "month.html", v)
	}
	v.Board.page = v.page
	q := asking{s: s, c: c, v: &v.Board, now: a, before: before(a)}
	v.Month, v.Before = v.monthName(a.From), v.monthName(q.before.From)
	v.around(a)
	v.Book = link(figuresPath, a, "format", formatXLSX)
	if !viewer(c).SeesAll() {
		v.Notes = append(v.Notes, v.Words["month_scope"])
	}
	for _, part := range []func() error{q.days, q.shares, q.wards, q.settled, q.waits} {
		if err := part(); err != nil {
			return err
		}
	}
	v.Board.Graph.Now, v.Board.Graph.Then = v.Month, v.Before
	if err := v.compare(q); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "month.html", v)
}

// monthAsk reads a month: the one that ended last when none is given. False
// when it is not a month.
func (v *monthView) monthAsk(text string, now time.Time) (reports.Ask, bool) {
	this := reports.Ask{}.Within(now)
	at := this.From.AddDate(0, -1, 0)
	f := field{Name: "month", Label: v.Words["month_field"], Value: text, Hint: v.Words["month_hint"]}
	ok := true
	if text != "" {
		if at, ok = parseMonth(text); !ok {
			f.Fault = v.Words["fault_month"]
		}
	} else {
		f.Value = at.Format(monthForm)
	}
	v.Filters = []field{f}
	return reports.Ask{From: at, To: at.AddDate(0, 1, -1)}, ok
}

// parseMonth reads a month as it stands in an address; false when it is none.
func parseMonth(text string) (time.Time, bool) {
	at, err := time.ParseInLocation(monthForm, text, handoff.Dhaka())
	return at, err == nil && at.Year() >= firstYear && at.Year() <= lastYear
}

// around leads to the months before and after, and says when this one is not
// over.
func (v *monthView) around(a reports.Ask) {
	v.Earlier = monthPath + "?month=" + a.From.AddDate(0, -1, 0).Format(monthForm)
	if next := a.From.AddDate(0, 1, 0); !next.After(v.now) {
		v.Later = monthPath + "?month=" + next.Format(monthForm)
		return
	}
	v.Notes = append(v.Notes, v.Say("month_goes_on", "day", v.Day(v.now)))
}

// monthName is a month and its year: October 2026.
func (p page) monthName(t time.Time) string {
	months := strings.Split(p.Words["months"], " ")
	return months[int(t.Month()-1)%len(months)] + " " + p.Number(t.Year())
}

// monthNumbers are the sums of a month.
type monthNumbers struct {
	contacts, saved, cases, resolved, reopened, answers int64
	score                                               int64 // all scores together
}

// partOf is n of all as a share; a dash when there is nothing.
func (v *monthView) partOf(n, all int64) string {
	if all == 0 {
		return "–"
	}
	return v.percent(100 * float64(n) / float64(all))
}

// numbers reads the sums of a stretch of days.
func (q asking) numbers(a reports.Ask) (n monthNumbers, err error) {
	for _, one := range []struct {
		report string
		add    func(count func(column int) int64)
	}{
		{"contacts_by_day", func(count func(int) int64) { n.contacts += count(1) }},
		{"contained", func(count func(int) int64) { n.saved += count(1) }},
		{"cases_by_kind", func(count func(int) int64) { n.cases += count(1) }},
		{"resolution", func(count func(int) int64) { n.resolved += count(2); n.reopened += count(6) }},
		{"satisfaction", func(count func(int) int64) { n.answers += count(1); n.score += count(0) * count(1) }},
	} {
		t, err := q.run(one.report, a)
		if err != nil {
			return n, err
		}
		for _, row := range t.Rows {
			one.add(func(column int) int64 { v, _ := row[column].(int64); return v })
		}
	}
	return n, nil
}

// compare puts the main figures beside those of the month before.
func (v *monthView) compare(q asking) error {
	now, err := q.numbers(q.now)
	if err != nil {
		return err
	}
	then, err := q.numbers(q.before)
	if err != nil {
		return err
	}
	contained := q.talks("figure", string(handoff.TalkContained))
	v.Main = []monthFigure{
		v.counted("month_contacts", now.contacts, then.contacts, q.talks()),
		v.counted("month_cases", now.cases, then.cases, q.cases()),
		v.counted("month_resolved", now.resolved, then.resolved, q.cases("figure", string(handoff.CaseSettled))),
		{v.Words["month_contained"], v.partOf(now.saved, now.contacts), v.Say("month_was", "n", v.partOf(then.saved, then.contacts)), contained},
		v.counted("month_saved", now.saved, then.saved, contained),
		v.scored(now, then),
	}
	v.Reopened = v.Say("month_reopened", "n", v.Number(int(now.reopened)), "share", v.partOf(now.reopened, now.cases), "before", v.partOf(then.reopened, then.cases))
	return nil
}

// counted is a count and by how much it rose or fell.
func (v *monthView) counted(key string, now, then int64, path string) monthFigure {
	f := monthFigure{Name: v.Words[key], N: v.Number(int(now)), Path: path}
	switch {
	case then == 0:
		f.Says = v.Words["month_none_before"]
	case now == then:
		f.Says = v.Words["month_same"]
	case now > then:
		f.Says = v.Say("month_more", "part", v.partOf(now-then, then), "n", v.Number(int(then)))
	default:
		f.Says = v.Say("month_fewer", "part", v.partOf(then-now, then), "n", v.Number(int(then)))
	}
	return f
}

// scored is how satisfied people say they are, beside the month before.
func (v *monthView) scored(now, then monthNumbers) monthFigure {
	f := monthFigure{Name: v.Say("month_score", "n", v.Number(int(now.answers))), N: "–", Says: v.Words["month_none_before"]}
	mean := func(n monthNumbers) string {
		return v.digits(fmt.Sprintf("%.1f", float64(n.score)/float64(n.answers)))
	}
	if now.answers > 0 {
		f.N = mean(now)
	}
	if then.answers > 0 {
		f.Says = v.Say("month_was", "n", mean(then))
	}
	return f
}
