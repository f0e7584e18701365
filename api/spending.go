package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows/bangla"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// spendingPath is where staff see what SMS cost.
const spendingPath = "/console/spending"

// monthsShown is how many months are listed.
const monthsShown = 12

// spendingView is what SMS cost in a month, and what bounds it.
type spendingView struct {
	page
	Filters        []field
	Faulty         bool
	Month          string // in words
	Earlier, Later string // paths of the months around it
	Main           []monthFigure
	Meter          *meter
	Refused        string // what no longer goes out; empty: all goes
	Notes          []string
	Nothing        bool
	Graph          graph
	Tables         []spentTable
	Months         spentTable
	Export         exportLinks
	May            bool // change prices and bounds
	Balances       []balanceLine
	Prices         []priceLine
	PriceFields    []field
	BudgetFields   []field
}

// meter is how much of a bound is used up.
type meter struct {
	Part float64 // percent, at most 100
	Text string
	Bad  bool
}

// spentTable are sums by a name.
type spentTable struct {
	ID, Title                             string
	Head, Messages, Segments, Cost, Share string // Share is empty where none is shown
	Lines                                 []spentLine
}

// spentLine is a sum in words.
type spentLine struct{ Name, Path, Messages, Segments, Cost, Share string }

// spendingForm is what was typed into a form of the page, and what is wrong.
type spendingForm struct {
	values url.Values
	field  string
}

func spendingPages() []Route {
	page := func(method, path, summary string, needs Permission, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: spendingPath + path, Needs: needs, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		page(http.MethodGet, "", "What SMS cost in a month", SpendingRead, (*Server).showSpending),
		{Method: http.MethodGet, Path: spendingPath + "/export", Needs: SpendingRead, handle: (*Server).exportSpending, Summary: "What SMS cost in a month by day, gateway and kind, as CSV or XLSX", Type: mediaXLSX},
		page(http.MethodPost, "/prices", "Say what a gateway takes for a segment from a day on", SpendingManage, (*Server).savePrice),
		page(http.MethodPost, "/prices/drop", "Take a price back", SpendingManage, (*Server).dropPrice),
		page(http.MethodPost, "/budget", "Change what SMS may cost in a month", SpendingManage, (*Server).saveBudget),
		page(http.MethodPost, "/balances", "Change below which balance there is an alarm", SpendingManage, (*Server).saveLeast),
	}
}

// Money is an amount of taka: ৳1,20,500.50.
func (p page) Money(a spending.Amount) string { return "৳" + p.amount(a) }

// amount is an amount without its currency.
func (p page) amount(a spending.Amount) string {
	whole, rest, _ := strings.Cut(strings.TrimPrefix(a.String(), "-"), ".")
	sign := ""
	if a < 0 {
		sign = "−"
	}
	if n := a / spending.Taka; n != 0 {
		whole = bangla.Group(float64(max(n, -n)), p.Lang, 0)
	}
	return sign + p.digits(whole+"."+rest)
}

// spendingMonth is the month that is asked for: this one when none is. False
// when it is not a month.
func (s *Server) spendingMonth(c echo.Context) (time.Time, bool) {
	if text := c.QueryParam("month"); text != "" {
		return parseMonth(text)
	}
	return s.now(), true
}

// smsPrices are what SMS cost now; none where that is not kept.
func (s *Server) smsPrices(ctx context.Context) (spending.Prices, error) {
	if s.opt.Spending == nil {
		return nil, nil
	}
	return s.opt.Spending.Prices(ctx)
}

func (s *Server) showSpending(c echo.Context) error {
	return s.showSpendingAs(c, http.StatusOK, spendingForm{})
}

// showSpendingAs shows the page, with what was typed and which field is wrong.
func (s *Server) showSpendingAs(c echo.Context, status int, form spendingForm) error {
	if s.opt.Spending == nil {
		return handoff.ErrNotFound
	}
	v := &spendingView{page: s.page(c, "spending_title")}
	v.May = allows(v.Agent.Role, SpendingManage)
	at, ok := s.spendingMonth(c)
	v.Filters = []field{{Name: "month", Label: v.Words["month_field"], Value: cmp.Or(c.QueryParam("month"), s.now().In(handoff.Dhaka()).Format(monthForm)), Hint: v.Words["month_hint"]}}
	if !ok {
		v.Faulty, v.Filters[0].Fault = true, v.Words["fault_month"]
		return s.show(c, http.StatusUnprocessableEntity, "spending.html", v)
	}
	for _, part := range []func(echo.Context, time.Time, *spendingView) error{s.spentIn, s.spentBefore, s.bounds} {
		if err := part(c, at, v); err != nil {
			return err
		}
	}
	if err := s.moneyForms(c, v, form); err != nil {
		return err
	}
	return s.show(c, status, "spending.html", v)
}

// spentIn fills in what a month cost.
func (s *Server) spentIn(c echo.Context, at time.Time, v *spendingView) error {
	ctx := c.Request().Context()
	m, err := s.opt.Spending.Month(ctx, at)
	if err != nil {
		return err
	}
	before, err := s.opt.Spending.Month(ctx, m.Begin.AddDate(0, -1, 0))
	if err != nil {
		return err
	}
	total := m.Total()
	v.Month, v.Nothing = v.monthName(m.Begin), total.Messages == 0
	v.Earlier = spendingPath + "?month=" + m.Begin.AddDate(0, -1, 0).Format(monthForm)
	if next := m.Begin.AddDate(0, 1, 0); !next.After(s.now()) {
		v.Later = spendingPath + "?month=" + next.Format(monthForm)
	}
	export := spendingPath + "/export?month=" + m.Begin.Format(monthForm)
	v.Export = exportLinks{withQuery(export, "format", formatCSV), withQuery(export, "format", formatXLSX)}
	v.Main = []monthFigure{
		{v.Words["spending_spent"], v.Money(total.Cost.Rounded()), v.Say("spending_was", "n", v.Money(before.Total().Cost.Rounded()), "month", v.monthName(before.Begin)), ""},
		{v.Words["spending_segments"], v.Count(int64(total.Segments)), v.Say("spending_messages", "n", v.Count(int64(total.Messages))), ""},
	}
	if end, ok := m.Forecast(s.now()); ok {
		v.Main = append(v.Main, monthFigure{v.Words["spending_forecast"], v.Money(end.Rounded()), v.Words["spending_forecast_text"], ""})
	}
	if total.Unpriced > 0 {
		v.Notes = append(v.Notes, v.Say("spending_unpriced", "n", v.Count(int64(total.Unpriced))))
	}
	v.Graph = v.moneyGraph(m, before)
	v.Tables = []spentTable{
		v.spentTable("gateways", "spending_gateway", m.By(func(l spending.Line) string { return l.Gateway }), total, nil),
		v.spentTable("kinds", "spending_kind", m.By(func(l spending.Line) string { return string(l.Kind) }), total, func(kind string) string {
			return cmp.Or(v.Words["spending_kind_"+kind], kind)
		}),
	}
	return nil
}

// spentTable makes a table of sums, the dearest first.
func (p page) spentTable(id, head string, sums map[string]spending.Sum, total spending.Sum, name func(string) string) spentTable {
	t := p.newSpentTable(id, "spending_by_"+id, head)
	t.Share = p.Words["spending_share"]
	names := make([]string, 0, len(sums))
	for key := range sums {
		names = append(names, key)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b].Cost, sums[a].Cost), cmp.Compare(sums[b].Segments, sums[a].Segments), cmp.Compare(a, b))
	})
	for _, key := range names {
		l := p.spentLine(sums[key])
		if l.Name = key; name != nil {
			l.Name = name(key)
		}
		if l.Share = "–"; total.Cost > 0 {
			l.Share = p.percent(100 * float64(sums[key].Cost) / float64(total.Cost))
		}
		t.Lines = append(t.Lines, l)
	}
	return t
}

func (p page) newSpentTable(id, title, head string) spentTable {
	return spentTable{ID: id, Title: p.Words[title], Head: p.Words[head], Messages: p.Words["spending_sent"], Segments: p.Words["spending_segments"], Cost: p.Words["spending_taka"]}
}

func (p page) spentLine(s spending.Sum) spentLine {
	return spentLine{Messages: p.Count(int64(s.Messages)), Segments: p.Count(int64(s.Segments)), Cost: p.Money(s.Cost.Rounded())}
}

// paisa is the unit in which money is drawn.
const paisa = spending.Taka / 100

// moneyGraph draws what each day of a month cost, over the month before.
func (p page) moneyGraph(m, before spending.Month) graph {
	drawn := func(m spending.Month) (list []int) {
		for _, day := range m.ByDay() {
			list = append(list, int(day.Cost.Rounded()/paisa))
		}
		return list
	}
	now, then := drawn(m), drawn(before)
	g := p.graph(m.Begin, now, then[:min(len(then), len(now))], func(time.Time) string { return "" })
	money := func(n int) string { return p.Money(spending.Amount(n) * paisa) }
	for i := range g.Bars {
		if g.Bars[i].N = money(now[i]); i < len(then) {
			g.Bars[i].Before = money(then[i])
		}
	}
	most := slices.Max(append(slices.Clone(then), append(now, 1)...))
	for i := range g.Ticks {
		g.Ticks[i].Text = strings.TrimSuffix(money(nice(most)*i/2), p.digits(".00"))
	}
	g.Now, g.Then, g.Name = p.monthName(m.Begin), p.monthName(before.Begin), p.Words["spending_by_day"]
	return g
}

// spentBefore fills in the months before.
func (s *Server) spentBefore(c echo.Context, _ time.Time, v *spendingView) error {
	months, err := s.opt.Spending.Months(c.Request().Context(), s.now(), monthsShown)
	if err != nil {
		return err
	}
	v.Months = v.newSpentTable("months", "spending_months", "month_field")
	for _, m := range months {
		if m.Messages == 0 {
			continue
		}
		l := v.spentLine(m.Sum)
		l.Name, l.Path = v.monthName(m.Begin), spendingPath+"?month="+m.Begin.Format(monthForm)
		v.Months.Lines = append(v.Months.Lines, l)
	}
	return nil
}

// bounds fills in how this month stands against its budget; of another month
// nothing is said.
func (s *Server) bounds(c echo.Context, at time.Time, v *spendingView) error {
	standing, err := s.opt.Spending.Standing(c.Request().Context())
	if err != nil {
		return err
	}
	month := standing.Month
	if standing.Amount == 0 || at.Before(month) || !at.Before(month.AddDate(0, 1, 0)) {
		return nil
	}
	part := 100 * float64(standing.Spent) / float64(standing.Amount)
	v.Meter = &meter{Part: min(part, 100), Bad: standing.Reached(spending.Near), Text: v.Say("spending_of_budget",
		"spent", v.Money(standing.Spent.Rounded()), "budget", v.Money(standing.Amount), "part", v.percent(part))}
	switch {
	case standing.Refuses(spending.Bot):
		v.Refused = v.Words["spending_stopped_hard"]
	case standing.Refuses(spending.Notice):
		v.Refused = v.Words["spending_stopped"]
	}
	return nil
}

// exportSpending writes the lines of a month.
func (s *Server) exportSpending(c echo.Context) error {
	at, ok := s.spendingMonth(c)
	if !ok {
		return badField("month", "must be a month such as 2026-11")
	}
	if s.opt.Spending == nil {
		return handoff.ErrNotFound
	}
	p := s.page(c, "spending_title")
	head := []string{"chart_day", "spending_gateway", "spending_kind", "spending_sent", "spending_segments", "spending_unpriced_head", "spending_taka"}
	return s.exportList(c, "spending", p, head, s.spentRows(at, p))
}
