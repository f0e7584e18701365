package flows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/looplab/fsm"
)

// transitions builds a flow's state machine and reads its transition table out
// of it, once. An fsm.FSM carries the current state, so none is kept: sharing
// it between goroutines would move the wrong citizen.
//
// The machine itself takes the last of two equal (event, source) pairs and
// accepts states nobody declared, so both are refused before it is built.
func transitions(initial string, states []string, list []Transition) (map[string][]Transition, error) {
	events := make(fsm.Events, 0, len(list))
	seen := make(map[[2]string]bool, len(list))
	for _, t := range list {
		if seen[[2]string{t.From, t.Event}] {
			return nil, fmt.Errorf("event %q leaves state %q twice", t.Event, t.From)
		}
		seen[[2]string{t.From, t.Event}] = true
		if !slices.Contains(states, t.From) || !slices.Contains(states, t.To) {
			return nil, fmt.Errorf("event %q goes from %q to %q, which are not both states", t.Event, t.From, t.To)
		}
		events = append(events, fsm.EventDesc{Name: t.Event, Src: []string{t.From}, Dst: t.To})
	}
	return table(fsm.NewFSM(initial, events, nil), states)
}

// table walks every event of every state.
func table(m *fsm.FSM, states []string) (map[string][]Transition, error) {
	ctx := context.Background()
	table := make(map[string][]Transition, len(states))
	for _, from := range states {
		m.SetState(from)
		events := m.AvailableTransitions()
		slices.Sort(events)
		for _, event := range events {
			m.SetState(from)
			if err := m.Event(ctx, event); err != nil && !isNoTransition(err) {
				return nil, fmt.Errorf("leave state %q by %q: %w", from, event, err)
			}
			table[from] = append(table[from], Transition{From: from, Event: event, To: m.Current()})
		}
	}
	return table, nil
}

// isNoTransition reports that an event led back to the state it left.
func isNoTransition(err error) bool {
	var same fsm.NoTransitionError
	return errors.As(err, &same)
}
