package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// Where people go who wait at a step that a new version has no more.
const (
	movePrefix = "move." // followed by the service and the step
	moveStay   = ""      // they finish in their version
	moveMenu   = "menu"
	moveTo     = "to:" // followed by a step of the same service
)

// maxMoves bounds the steps whose people are moved at once.
const maxMoves = 100

// moveFields asks for each step that is gone where its people go, with what was
// chosen before. Staying is what happens by itself.
func (s *Server) moveFields(p page, next *flows.Catalog, inside []handoff.Inside, c echo.Context) []field {
	people := map[string]int{}
	var names []string
	for _, i := range inside {
		name := movePrefix + i.Flow + "." + i.State
		if i.State == "" || hasState(next, i.Flow, i.State) {
			continue
		}
		if people[name] == 0 && len(names) < maxMoves {
			names = append(names, name)
		}
		people[name] += i.People
	}
	chosen := c.Request().PostForm // nil before the form was sent
	fields := make([]field, 0, len(names))
	for _, name := range names {
		flow, state := placeOf(name)
		f := field{Name: name, Label: p.Say("move_label", "service", s.serviceName(p.Lang, flow), "state", state, "n", p.Number(people[name]))}
		add := func(value, label string) {
			f.Options = append(f.Options, option{value, label, chosen.Get(name) == value})
		}
		add(moveStay, p.Words["move_stay"])
		add(moveMenu, p.Words["move_menu"])
		if outline, ok := next.Flow(flow); ok {
			for _, to := range next.Relocations(flow) {
				add(moveTo+to, p.Say("move_to", "state", to, "text", cutText(questionOf(p, outline, to))))
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// questionOf is what a state asks; what its answer is called where it has no
// words of its own.
func questionOf(p page, f flows.Flow, state string) string {
	for _, st := range f.States {
		if st.Name != state {
			continue
		}
		if text := inLanguage(st.Text, p.Lang, ""); text != "" {
			return text
		}
		for _, slot := range f.Slots {
			if slot.Name == st.Slot {
				return inLanguage(slot.Label, p.Lang, slot.Name)
			}
		}
	}
	return ""
}

func placeOf(name string) (flow, state string) {
	flow, state, _ = strings.Cut(strings.TrimPrefix(name, movePrefix), ".")
	return flow, state
}

// movesOf reads the choices; false when one of them cannot be.
func movesOf(next *flows.Catalog, form url.Values) (moves []handoff.SessionMove, ok bool) {
	for name := range form {
		value := form.Get(name)
		if !strings.HasPrefix(name, movePrefix) || value == moveStay {
			continue
		}
		flow, state := placeOf(name)
		to, within := strings.CutPrefix(value, moveTo)
		switch {
		case state == "" || hasState(next, flow, state) || len(moves) == maxMoves:
			return nil, false
		case value == moveMenu:
			to = ""
		case !within || !slices.Contains(next.Relocations(flow), to):
			return nil, false
		}
		moves = append(moves, handoff.SessionMove{Flow: flow, State: state, To: to})
	}
	slices.SortFunc(moves, func(a, b handoff.SessionMove) int { return strings.Compare(a.Flow+"."+a.State, b.Flow+"."+b.State) })
	return moves, true
}
