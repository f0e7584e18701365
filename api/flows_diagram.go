package api

import (
	"cmp"
	"slices"
	"strings"

	"nagorik/flows"
)

// diagram is a service's states and the ways between them.
type diagram struct {
	Flow   string         `json:"flow"`
	Title  string         `json:"title"`
	States []diagramState `json:"states"`
	Moves  []diagramMove  `json:"moves"`
}

type diagramState struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	What string `json:"what"` // the kind in words
	Text string `json:"text"` // what is said, shortened
	File string `json:"file"`
	Line int    `json:"line"`

	Figures string `json:"figures,omitempty"` // what was counted there, in short
}

type diagramMove struct {
	From  string `json:"from"`
	Event string `json:"event"` // in words
	To    string `json:"to"`

	People int64 `json:"people,omitempty"` // who went that way
}

// maxBubble bounds what is said of a state in the diagram, in characters.
const maxBubble = 70

// diagram describes a service of a draft, the first one when it has none of
// that name, and the choice among all.
func (s *Server) diagram(p page, catalog *flows.Catalog, id string) (field, diagram) {
	choice := field{Name: "flow", Label: p.Words["diagram_service"]}
	if catalog == nil {
		return choice, diagram{}
	}
	all := catalog.Flows()
	at := max(slices.IndexFunc(all, func(f flows.Flow) bool { return f.ID == id }), 0)
	for i, f := range all {
		choice.Options = append(choice.Options, option{f.ID, inLanguage(f.Title, p.Lang, f.ID), i == at})
	}
	f := all[at]
	d := diagram{Flow: f.ID, Title: inLanguage(f.Title, p.Lang, f.ID), States: []diagramState{}, Moves: []diagramMove{}}
	for _, st := range f.States {
		d.States = append(d.States, diagramState{
			Name: st.Name, Kind: st.Kind, What: cmp.Or(p.Words["step_"+st.Kind], st.Kind), Text: cutText(inLanguage(st.Text, p.Lang, "")), File: st.File, Line: st.Line,
		})
	}
	for _, t := range f.Transitions {
		d.Moves = append(d.Moves, diagramMove{From: t.From, Event: p.event(f, t), To: t.To})
	}
	return choice, d
}

func cutText(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > maxBubble {
		return string(runes[:maxBubble]) + "…"
	}
	return string(runes)
}

// event is a way out in words; an answer by its title.
func (p page) event(f flows.Flow, t flows.Transition) string {
	if answer, ok := strings.CutPrefix(t.Event, "answer "); ok {
		for _, st := range f.States {
			if st.Name != t.From {
				continue
			}
			for _, slot := range f.Slots {
				if slot.Name == st.Slot {
					return inLanguage(slot.Choices[answer], p.Lang, cmp.Or(p.Words["answer_"+answer], answer))
				}
			}
		}
		return answer
	}
	if n, ok := strings.CutPrefix(t.Event, "if "); ok {
		return p.Say("event_if", "n", p.digits(n))
	}
	return cmp.Or(p.Words["event_"+t.Event], t.Event)
}
