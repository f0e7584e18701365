package api

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff/reports"
)

// dashboardPath is where the figures of a stretch of days are.
const dashboardPath = "/console/dashboard"

// dashboardView is the figures of a stretch of days, and of the one before it.
type dashboardView struct {
	page
	Filters []field
	Narrow  bool
	Faulty  bool
	Span    string // the days in words
	Before  string // the days they are compared with
	ByKind  bool   // narrowed to a kind: figures of conversations are left out
	Figures []figure
	Graph   graph
	Week    week
	Map     wardMap
	Kinds   shares
	Others  []shares
	Wards   shares
	Settled []settledLine
	Waits   []waitLine
	Target  string // the heading of what was answered within the city's target; empty: it has set none
	Left    []leftLine
	Files   []figureFile // the tables as files
	Book    string       // all of them in one
	Walls   bool         // the viewer may make links for screens
	Nothing bool
	Empty   empty
}

// figure is a number with what it was before; Path opens what it counts.
type figure struct {
	Name, N, Before string
	Path, Earlier   string // what N and Before count
	Parts           []cell // what it is made of, where that is more than one list
}

// cell is a number with the list of what it counts; without a path it opens
// nothing.
type cell struct{ N, Path string }

// settledLine is how the cases of a service were settled.
type settledLine struct {
	Service                                         string
	Cases, Resolved, Median, Most, Within, Reopened cell
}

// waitLine is how long a team lets people wait for its first answer.
type waitLine struct {
	Team                               string
	Taken, Median, Most, Within, Share cell
}

// leftLine is where dialogues of a service are left.
type leftLine struct {
	Service                string
	Entered, Dropped, Part cell
}

// figurePages are the pages of figures.
func figurePages() []Route {
	return []Route{
		{Method: http.MethodGet, Path: dashboardPath, Needs: ReportRead, handle: (*Server).showDashboard, Summary: "The figures of a stretch of days", Type: html},
		{Method: http.MethodGet, Path: monthPath, Needs: ReportRead, handle: (*Server).showMonth, Summary: "The report of a month, to print", Type: html},
		{Method: http.MethodGet, Path: wallPath, Needs: ReportRead, handle: (*Server).showWall, Summary: "What goes on now, for a screen that hangs in the office", Type: html},
	}
}

func (s *Server) showDashboard(c echo.Context) error {
	v := dashboardView{page: s.page(c, "dashboard_title"), Walls: allows(viewer(c).Role, WallManage)}
	a, ok := s.dashboardAsk(c, &v)
	if !ok {
		v.Faulty = true
		return s.show(c, http.StatusUnprocessableEntity, "dashboard.html", v)
	}
	q := asking{s: s, c: c, v: &v, now: a, before: before(a)}
	v.Span, v.Before = v.stretch(a), v.stretch(q.before)
	if err := q.fill(); err != nil {
		return err
	}
	v.Files, v.Book = v.figureFiles(a)
	return s.show(c, http.StatusOK, "dashboard.html", v)
}

// stretch are the first and the last day in words.
func (p page) stretch(a reports.Ask) string { return p.Day(a.From) + " – " + p.Day(a.To) }

// before is the stretch of days just before: the month before for a whole
// month, else as many days.
func before(a reports.Ask) reports.Ask {
	b := a
	b.To = a.From.AddDate(0, 0, -1)
	days := int(a.To.Sub(a.From).Hours()/24) + 1
	b.From = a.From.AddDate(0, 0, -days)
	if a.From.Day() == 1 && a.To.Equal(a.From.AddDate(0, 1, -1)) {
		b.From = a.From.AddDate(0, -1, 0)
	}
	return b
}

// dashboardAsk reads the form; false when something cannot be understood.
func (s *Server) dashboardAsk(c echo.Context, v *dashboardView) (reports.Ask, bool) {
	a := reports.Ask{Flow: c.QueryParam("flow"), Kind: flows.Kind(c.QueryParam("kind")), Channel: c.QueryParam("channel"), Team: c.QueryParam("team")}
	first, last, ward, ok := s.spanFields(c, v.page, &a.From, &a.To, &a.Ward)
	kind := (&casesView{page: v.page}).kindField(&a.Kind)
	v.Narrow = a.Flow+string(a.Kind)+a.Channel+a.Team+first.Value+last.Value+ward.Value != ""
	a = a.Within(s.now())
	if ok && a.To.Before(a.From) {
		last.Fault, ok = v.Words["fault_span"], false
	}
	if first.Value == "" {
		first.Value = a.From.Format(time.DateOnly)
	}
	if last.Value == "" {
		last.Value = a.To.Format(time.DateOnly)
	}
	v.ByKind = a.Kind != ""
	v.Filters = []field{
		first, last,
		{Name: "flow", Label: v.Words["service"], Options: s.serviceOptions(v.page, a.Flow)},
		kind, ward, v.channelField(a.Channel),
		{Name: "team", Label: v.Words["team"], Options: slices.Insert(s.teamOptions(v.Lang, chosenOf(a.Team)), 0, option{Label: v.Words["any_team"]})},
	}
	return a, ok
}

// settingAnswer is the setting of the flows that says within how many minutes a
// person shall have answered first.
const settingAnswer = "first_answer_minutes"

// answerTarget is the city's target for a first answer, in minutes; 0: it has
// set none.
func (s *Server) answerTarget() int {
	if s.opt.Catalog == nil {
		return 0
	}
	n, _ := s.opt.Catalog().Setting(settingAnswer)
	return min(max(int(n), 0), mostMinutes)
}

// asking is a dashboard while its figures are read.
type asking struct {
	s           *Server
	c           echo.Context
	v           *dashboardView
	now, before reports.Ask
}

// run answers one report.
func (q asking) run(name string, a reports.Ask) (reports.Table, error) {
	return q.s.reports.Run(q.c.Request().Context(), q.s.opt.Desk, viewer(q.c), name, a)
}

// cases leads to the cases of the figures, narrowed once more.
func (q asking) cases(more ...string) string {
	return link(casesPath, q.now, append([]string{"status", groupAll, "order", "newest"}, more...)...)
}

// talks leads to the conversations.
func (q asking) talks(more ...string) string {
	a := q.now
	a.Kind = ""
	return link(talksPath, a, more...)
}

// earlier is what was asked for of the stretch of days before.
func (q asking) earlier() asking {
	q.now = q.before
	return q
}

// link is a path with what was asked for in its query.
func link(path string, a reports.Ask, more ...string) string {
	values := url.Values{"from": {a.From.Format(time.DateOnly)}, "to": {a.To.Format(time.DateOnly)}}
	for name, value := range map[string]string{"flow": a.Flow, "kind": string(a.Kind), "channel": a.Channel, "team": a.Team} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if a.Ward != 0 {
		values.Set("ward", itoa(a.Ward))
	}
	for i := 0; i+1 < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return path + "?" + values.Encode()
}
