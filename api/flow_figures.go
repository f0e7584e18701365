package api

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// flowFiguresPath is what happens in the services.
const flowFiguresPath = flowsPath + "/figures"

func flowFigureRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: flowFiguresPath, Needs: FlowEdit, handle: (*Server).showFlowFigures, Summary: "What happens in the services, step by step", Type: html},
	}
}

// flowFiguresView is what happens in all services, or in one.
type flowFiguresView struct {
	page
	Filters  []field
	Faulty   bool
	Narrow   bool // by more than a service
	Span     string
	Service  string // empty: all of them
	Services []serviceFigures
	Total    serviceFigures
	States   []stateFigures
	Diagram  diagram
	Drawn    string // the diagram for the script, JSON
	Draws    string // the script
	Phrases  string // where the service's phrases are that were not understood
	Menu     string // how often nothing was understood at the menu; empty: never
}

// serviceFigures is what happened in a service as a whole.
type serviceFigures struct {
	Name, Path                                        string
	Entered, Finished, Dropped, Share, Missed, Inside string
	entered                                           int64
}

// stateFigures is what happened at a state.
type stateFigures struct {
	Name, What, Text                              string
	Entered, Left, Dropped, Share, Missed, Inside string
	Gone                                          bool // it is not in the version that is drawn
}

// flowTally is what was counted at a state, or in a service.
type flowTally struct{ entered, left, dropped, missed int64 }

func (s *Server) showFlowFigures(c echo.Context) error {
	v := flowFiguresView{page: s.page(c, "figures_title"), Draws: s.console.link("figures.js")}
	a, ok, err := s.flowAsk(c, &v)
	switch {
	case err != nil:
		return err
	case !ok:
		v.Faulty = true
		return s.show(c, http.StatusUnprocessableEntity, "flowfigures.html", v)
	}
	v.Span = v.stretch(reports.Ask{From: a.From, To: a.To})
	if a.Flow == "" {
		err = s.allFlowFigures(c, &v, a)
	} else {
		err = s.oneFlowFigures(c, &v, a)
	}
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "flowfigures.html", v)
}

// count adds one way of people to the tallies of where it begins and ends.
func count(tallies map[string]*flowTally, step handoff.FlowStep) {
	at := func(state string) *flowTally {
		if tallies[state] == nil {
			tallies[state] = &flowTally{}
		}
		return tallies[state]
	}
	if step.Way == flows.PassMissed {
		at(step.From).missed += step.N
		return
	}
	if step.To != "" {
		at(step.To).entered += step.N
	}
	switch {
	case step.From == "":
	case step.Way == flows.PassDropped:
		at(step.From).dropped += step.N
	default:
		at(step.From).left += step.N
	}
}

// allFlowFigures is a line for each service, the busiest first.
func (s *Server) allFlowFigures(c echo.Context, v *flowFiguresView, a handoff.FlowAsk) error {
	ctx, who := c.Request().Context(), viewer(c)
	doors, err := s.opt.Desk.FlowDoors(ctx, who, a)
	if err != nil {
		return err
	}
	places, err := s.opt.Desk.InsideFlows(ctx)
	if err != nil {
		return err
	}
	inside := map[string]int64{}
	for _, i := range places {
		if a.Version == 0 || a.Version == i.Version {
			inside[i.Flow] += int64(i.People)
		}
	}
	tallies := map[string]*flowTally{}
	for _, d := range doors {
		d.From, d.To = strings.Replace(d.From, "*", d.Flow, 1), strings.Replace(d.To, "*", d.Flow, 1)
		count(tallies, d)
	}
	if menu := tallies[""]; menu != nil {
		v.Menu, v.Phrases = v.tell(menu.missed), phrasesPath+"?flow="+atMenu
	}
	delete(tallies, "")
	for id, t := range tallies {
		line := v.serviceFigures(t, inside[id])
		if a.Channel+a.Language != "" {
			line.Inside = "" // not known by them here; the service's own page has it
		}
		line.Name, line.Path = s.serviceName(v.Lang, id), withQuery(c.Request().URL.RequestURI(), "flow", id)
		v.Services = append(v.Services, line)
	}
	slices.SortFunc(v.Services, func(x, y serviceFigures) int {
		return cmp.Or(cmp.Compare(y.entered, x.entered), strings.Compare(x.Name, y.Name))
	})
	return nil
}

// tell is a figure in the digits of the language.
func (p page) tell(n int64) string { return p.Number(int(n)) }

// part is a share in percent; empty when there is nothing to have a share of.
func (p page) part(n, of int64) string {
	if of <= 0 {
		return ""
	}
	return p.Number(int((min(n, of)*100+of/2)/of)) + "%"
}

func (p page) serviceFigures(t *flowTally, inside int64) serviceFigures {
	return serviceFigures{
		Entered: p.tell(t.entered), Finished: p.tell(t.left), Dropped: p.tell(t.dropped), Share: p.part(t.dropped, t.dropped+t.left), Missed: p.tell(t.missed),
		Inside: p.tell(inside), entered: t.entered,
	}
}

// oneFlowFigures is what happened at each state of a service, and its diagram.
func (s *Server) oneFlowFigures(c echo.Context, v *flowFiguresView, a handoff.FlowAsk) error {
	ctx, who := c.Request().Context(), viewer(c)
	steps, err := s.opt.Desk.FlowSteps(ctx, who, a)
	if err != nil {
		return err
	}
	inside, err := s.opt.Desk.InsideFlow(ctx, who, a)
	if err != nil {
		return err
	}
	catalog, err := s.versionCatalog(c, a.Version)
	if err != nil {
		return err
	}
	v.Service, v.Phrases = s.serviceName(v.Lang, a.Flow), phrasesPath+"?flow="+url.QueryEscape(a.Flow)
	tallies, whole, within := map[string]*flowTally{}, &flowTally{}, int64(0)
	for _, step := range steps {
		count(tallies, step)
		switch {
		case step.Way == flows.PassMissed:
			whole.missed += step.N
		case step.Way == flows.PassDropped:
			whole.dropped += step.N
		case step.From == "" && step.Way == flows.PassOn:
			whole.entered += step.N
		case step.To == "" && step.Way == flows.PassOn:
			whole.left += step.N
		}
	}
	for _, n := range inside {
		within += n
	}
	v.Total = v.serviceFigures(whole, within)
	v.drawFigures(s, catalog, a.Flow, steps, tallies)
	v.listStates(tallies, inside)
	return nil
}

// versionCatalog is the catalogue of a version, the current one for 0; nil when
// it cannot be read any more.
func (s *Server) versionCatalog(c echo.Context, version int64) (*flows.Catalog, error) {
	current := s.catalog()
	if version == 0 || current != nil && current.Version() == version || s.opt.Compile == nil {
		return current, nil
	}
	k, err := s.opt.Desk.Catalog(c.Request().Context(), version)
	if err != nil {
		return nil, err
	}
	catalog, _, err := s.compile(k.Files)
	return catalog, err
}

// drawFigures puts the figures on the service's diagram.
func (v *flowFiguresView) drawFigures(s *Server, catalog *flows.Catalog, flow string, steps []handoff.FlowStep, tallies map[string]*flowTally) {
	if catalog == nil {
		return
	}
	if _, known := catalog.Flow(flow); !known {
		return
	}
	_, v.Diagram = s.diagram(v.page, catalog, flow)
	ways := map[[2]string]int64{}
	for _, step := range steps {
		if step.Way == flows.PassOn {
			ways[[2]string{step.From, step.To}] += step.N
		}
	}
	for i := range v.Diagram.States {
		st := &v.Diagram.States[i]
		t := tallies[st.Name]
		if t == nil {
			t = &flowTally{}
		}
		st.Figures = v.Say("figures_box", "entered", v.tell(t.entered), "dropped", v.tell(t.dropped), "missed", v.tell(t.missed))
	}
	for i := range v.Diagram.Moves {
		m := &v.Diagram.Moves[i]
		m.People = ways[[2]string{m.From, m.To}]
	}
	if drawn, err := json.Marshal(v.Diagram); err == nil { // strings and numbers always marshal
		v.Drawn = string(drawn)
	}
}

// listStates is the table: the states as they are drawn, then those that are
// only counted.
func (v *flowFiguresView) listStates(tallies map[string]*flowTally, inside map[string]int64) {
	drawn := map[string]bool{}
	add := func(st diagramState, gone bool) {
		t := tallies[st.Name]
		if t == nil {
			t = &flowTally{}
		}
		drawn[st.Name] = true
		v.States = append(v.States, stateFigures{
			Name: st.Name, What: st.What, Text: st.Text, Entered: v.tell(t.entered), Left: v.tell(t.left), Dropped: v.tell(t.dropped),
			Share: v.part(t.dropped, t.dropped+t.left), Missed: v.tell(t.missed), Inside: v.tell(inside[st.Name]), Gone: gone,
		})
	}
	for _, st := range v.Diagram.States {
		add(st, false)
	}
	var rest []string
	for name := range tallies {
		if name != "" && !drawn[name] {
			rest = append(rest, name)
		}
	}
	for name := range inside {
		if name != "" && !drawn[name] && tallies[name] == nil {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range rest {
		add(diagramState{Name: name}, true)
	}
}
