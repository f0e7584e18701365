package api

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
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
	Self     string // where it is fetched again
	Screen   bool   // shown by a link of its own: it opens nothing
	Ended    bool   // nobody is signed in any more, or the link has ended
	EndTitle string
	EndText  string
	Clock    string
	Today    string
	Now      []figure
	Minutes  []bar
	Arrivals cell
	Busiest  string
	Graph    graph
	Kinds    shares
	Wards    shares
}

// Made is which release of the page is shown. A screen that hangs for weeks and
// asks with an older one is told to load the page anew.
func (v wallView) Made() string { return madeOf(v.Style, v.Script) }

func madeOf(style, script string) string {
	sum := sha256.Sum256([]byte(style + " " + script))
	return hex.EncodeToString(sum[:6])
}

func (s *Server) showWall(c echo.Context) error {
	return s.showWallAs(c, wallView{page: s.page(c, "wall_title"), Self: wallPath})
}

// showWallAs shows the wall to somebody signed in or to a screen.
func (s *Server) showWallAs(c echo.Context, v wallView) error {
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
	v.Graph.Now, v.Graph.Then = v.monthName(a.From), v.monthName(q.before.From)
	if v.Screen {
		v.closed()
	}
	if c.Request().Header.Get("HX-Request") == "" {
		return s.show(c, http.StatusOK, "wall.html", v)
	}
	if made := c.QueryParam("made"); made != "" && made != v.Made() {
		c.Response().Header().Set("HX-Refresh", "true")
	}
	return s.show(c, http.StatusOK, "wallparts", v)
}

// closed takes out what leads to lists: a screen may show none.
func (v *wallView) closed() {
	for i := range v.Now {
		v.Now[i].Path = ""
	}
	for i := range v.Minutes {
		v.Minutes[i].Path = ""
	}
	for i := range v.Graph.Bars {
		v.Graph.Bars[i].Path, v.Graph.Bars[i].Earlier = "", ""
	}
	for _, part := range []shares{v.Kinds, v.Wards} {
		for i := range part.Lines {
			part.Lines[i].Path = ""
		}
	}
	v.Arrivals.Path = ""
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
	live := func(owner flows.Owner) string {
		return talksPath + "?figure=" + string(handoff.TalkLive) + "&owner=" + string(owner)
	}
	v.Now = []figure{
		{Name: v.Words["wall_bot"], N: v.Number(p.WithBot), Path: live(flows.OwnerBot)},
		{Name: v.Words["wall_agents"], N: v.Number(p.WithAgents), Path: live(flows.OwnerAgent)},
		{Name: v.Words["wall_waiting"], N: v.Number(p.Waiting), Path: live(flows.OwnerQueue)},
		{Name: v.Words["wall_wait"], N: wait},
		{Name: v.Words["wall_duty"], N: v.Number(p.OnDuty)},
		{Name: v.Words["wall_opened"], N: v.Number(p.Opened), Path: fmt.Sprintf("%s?status=all&order=newest&from=%s&to=%s", casesPath, today, today)},
		{Name: v.Words["wall_resolved"], N: v.Number(p.Resolved), Path: fmt.Sprintf("%s?status=all&order=newest&resolved=%s", casesPath, today)},
	}
	if p.Oldest != nil {
		v.Now[3].Path = inboxPath // there who has waited longest comes first
	}
	v.arrivals(p)
}

// arrivals draws who came by minute.
func (v *wallView) arrivals(p handoff.Pulse) {
	most, sum := slices.Max(p.Arrivals[:]), 0
	opened := func(from, to int) string {
		q := url.Values{}
		for name, minute := range map[string]int{"after": from, "before": to} {
			q.Set(name, p.Since.Add(time.Duration(minute)*time.Minute).UTC().Format(time.RFC3339))
		}
		return talksPath + "?" + q.Encode()
	}
	for i, n := range p.Arrivals {
		high := minuteHeight * float64(n) / float64(max(most, 1))
		b := bar{X: float64(i)*minuteStep + minuteMargin, Y: minuteHeight - high, Width: minuteStep - 2*minuteMargin, Height: high}
		b.Day, b.N = v.page.Clock(p.Since.Add(time.Duration(i)*time.Minute)), v.Number(n)
		if n > 0 {
			b.Path = opened(i, i+1)
		}
		v.Minutes = append(v.Minutes, b)
		sum += n
	}
	v.Arrivals, v.Busiest = cell{v.Number(sum), opened(0, len(p.Arrivals))}, v.Say("wall_busiest", "n", v.Number(most))
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
