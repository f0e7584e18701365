package flows

import (
	"slices"
	"time"
)

// Flow describes one service of a catalogue: for lists, the console's diagram
// and reports. Stepping uses a compiled form of its own.
type Flow struct {
	ID          string
	Title       map[string]string // by language
	Kind        Kind
	Team        string
	Target      time.Duration // until a case should be settled; 0 for none
	MeToo       bool          // an open case nearby is offered before another is opened
	AfterPhoto  bool          // resolving a case takes a photo of how it is now
	Register    string        // that it looks a row up in; empty: none
	Slots       []SlotOutline
	States      []StateOutline // in the order they are written; the first begins
	Transitions []Transition
}

// SlotOutline describes a slot.
type SlotOutline struct {
	Name     string
	Type     SlotType
	Label    map[string]string            // by language
	Choices  map[string]map[string]string // titles by choice and language
	Optional bool
	Remember bool
}

// StateOutline describes a state.
type StateOutline struct {
	Name string
	Kind string            // say, ask, branch, compute, lookup, open_case, reopen_case, send_code, handoff, end
	Slot string            // of an ask
	Text map[string]string // by language, placeholders as written; nil where nothing is said
	File string            // where it stands
	Line int
}

// Transition is one way out of a state.
type Transition struct {
	From  string
	Event string // "next", "answered", "answer manhole", "skipped", "if 1", "otherwise", "found", "none"
	To    string
}

// Flows describes all flows in the order they are written.
func (c *Catalog) Flows() []Flow { return slices.Clone(c.flowOrder) }

// Flow describes one flow.
func (c *Catalog) Flow(id string) (Flow, bool) {
	i, ok := c.byFlow[id]
	if !ok {
		return Flow{}, false
	}
	return c.flowOrder[i], true
}

// flow is a compiled flow.
type flow struct {
	index     int
	id        string
	title     []string // by language
	kind      Kind
	team      string
	target    time.Duration
	slots     []slot
	states    []state
	bySlot    map[string]int
	byState   map[string]int
	remembers bool   // a slot's answer is kept with the contact
	opens     bool   // a state opens a case
	meToo     bool   // a case nearby is offered before one is opened
	hands     bool   // a state passes the conversation to people
	proves    bool   // a state sends a code that proves a telephone
	provesRow bool   // the telephone in a register's row
	register  string // that is looked up; empty: none
	rowSlot   int    // whose answer is the key
	season    []span
	outside   int // index of the flow that takes its matters out of season
}

// state is a compiled state.
type state struct {
	name     string
	kind     stateKind
	slot     int // asked, or the case number of a lookup; -1 for none
	text     *text
	edges    []edge
	branches []condition // in the order of the events "if 1", "if 2" …
	computes []computation
	mine     bool          // a lookup of the person's own cases
	row      bool          // a lookup of a register's row, or a code to the telephone in it
	within   time.Duration // of a lookup of a case to be opened again; 0 for the others
	note     int           // slot of what is left to do in a case opened again; -1 for none
	title    *text
	target   time.Duration
	placeBy  int // slot of the case's place; -1 for none
	team     string
	urgent   bool
	payloads payloads
}

// payloads are what the buttons under a question send back. They name flow and
// state, so that a button of an older question cannot answer a newer one.
type payloads struct {
	prefix  string   // drainage/ask_ward=
	choices []string // by choice, in the slot's order
	yes     string
	no      string
	skip    string
	done    string
	back    string
	person  string
	unknown string
}

// edge is a way out of a state.
type edge struct {
	event string
	to    int
}

// The events of a flow's machine.
const (
	eventNext      = "next"
	eventAnswered  = "answered"
	eventAnswer    = "answer " // followed by the choice
	eventSkipped   = "skipped"
	eventIf        = "if " // followed by the number of the line, from 1
	eventOtherwise = "otherwise"
	eventFound     = "found"
	eventNone      = "none"
)

// out is where an event leads; false when there is no such way out.
func (s *state) out(event string) (int, bool) {
	for i := range s.edges {
		if s.edges[i].event == event {
			return s.edges[i].to, true
		}
	}
	return 0, false
}

// outAnswer is where an answer leads: its own edge, or the one for all.
func (s *state) outAnswer(answer string) (int, string) {
	if answer != "" {
		for i := range s.edges {
			e := s.edges[i].event
			if len(e) == len(eventAnswer)+len(answer) && e[:len(eventAnswer)] == eventAnswer && e[len(eventAnswer):] == answer {
				return s.edges[i].to, e
			}
		}
	}
	to, _ := s.out(eventAnswered)
	return to, eventAnswered
}

func (f *flow) slot(name string) *slot {
	if i, ok := f.bySlot[name]; ok {
		return &f.slots[i]
	}
	return nil
}

func (f *flow) state(name string) *state {
	if i, ok := f.byState[name]; ok {
		return &f.states[i]
	}
	return nil
}
