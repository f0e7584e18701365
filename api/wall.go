package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// wallPath is the screen that hangs in the office.
const wallPath = "/console/wall"

// wallWards is how many wards the wall names.
const wallWards = 5

// wallView is what goes on now, and the month.
type wallView struct {
	page
	Clock    string
	Today    string
	Now      []figure
	Minutes  []bar
	Arrivals string
	Busiest  string
	Graph    graph
	Kinds    shares
	Wards    shares
}

func (s *Server) showWall(c echo.Context) error {
	v := wallView{page: s.page(c, "wall_title")}
	v.Clock, v.Today = v.page.Clock(v.now), v.Day(v.now)
	pulse, err := s.opt.Desk.Pulse(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	v.pulse(pulse)
	a := reports.Ask{}.Within(s.now())
	board := dashboardView{page: v.page}
	q := asking{s: s, c: c, v: &board, now: a, before: before(a)}
	for _, part := range []func() error{q.days, q.wards, q.kinds} {
		if err := part(); err != nil {
			return err
		}
	}
	v.Graph, v.Kinds, v.Wards = board.Graph, board.Kinds, board.Wards
	v.Wards.Lines = v.Wards.Lines[:min(wallWards, len(v.Wards.Lines))]
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "wallparts", v)
	}
	return s.show(c, http.StatusOK, "wall.html", v)
}

// kinds are cases by kind.
func (q asking) kinds() error {
	t, err := q.run("cases_by_kind", q.now)
	if err != nil {
		return err
	}
	word := func(v any) string { s, _ := v.(string); return s }
	q.v.Kinds = q.v.sharesOf("kinds", "kind", t.Rows, func(v any) string { return q.v.KindName(flows.Kind(word(v))) },
		func(v any) string { return q.cases("kind", word(v)) })
	return nil
}

// The sheet of arrivals, in its own units.
const (
	minuteStep   = 10.0
	minuteHeight = 100.0
	minuteMargin = 1.5
)

// pulse puts what goes on into words and bars.
func (v *wallView) pulse(p handoff.Pulse) {
	wait := "–"
	if p.Oldest != nil {
		wait = v.Number(int(max(0, v.now.Sub(*p.Oldest)) / time.Minute))
	}
	today := v.now.In(handoff.Dhaka()).Format(time.DateOnly)
	v.Now = []figure{
		{Name: v.Words["wall_bot"], N: v.Number(p.WithBot)},
		{Name: v.Words["wall_agents"], N: v.Number(p.WithAgents)},
		{Name: v.Words["wall_waiting"], N: v.Number(p.Waiting), Path: inboxPath},
		{Name: v.Words["wall_wait"], N: wait},
		{Name: v.Words["wall_duty"], N: v.Number(p.OnDuty)},
		{Name: v.Words["wall_opened"], N: v.Number(p.Opened), Path: fmt.Sprintf("%s?status=all&order=newest&from=%s&to=%s", casesPath, today, today)},
		{Name: v.Words["wall_resolved"], N: v.Number(p.Resolved)},
	}
	most, sum := slices.Max(p.Arrivals[:]), 0
	for i, n := range p.Arrivals {
		high := minuteHeight * float64(n) / float64(max(most, 1))
		v.Minutes = append(v.Minutes, bar{X: float64(i)*minuteStep + minuteMargin, Y: minuteHeight - high, Width: minuteStep - 2*minuteMargin, Height: high})
		sum += n
	}
	v.Arrivals, v.Busiest = v.Number(sum), v.Say("wall_busiest", "n", v.Number(most))
}

// Hears are the triggers with which the wall is fetched again, each followed
// by how they are slowed down.
func (v wallView) Hears(slowed string) string {
	var list []string
	for _, event := range []string{"message", "conversation", "case", "presence", "alarm", "refresh"} {
		list = append(list, "sse:"+event+" "+slowed)
	}
	return strings.Join(list, ", ")
}
