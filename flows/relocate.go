package flows

import "fmt"

// Relocations are the states of a flow at which somebody can be put who waited
// at a state that is gone: its questions, but for those that only make sense
// after others.
func (c *Catalog) Relocations(flow string) []string {
	f := c.byFlowID(flow)
	if f == nil {
		return nil
	}
	var states []string
	for i := range f.states {
		if f.receives(&f.states[i]) {
			states = append(states, f.states[i].name)
		}
	}
	return states
}

func (f *flow) receives(st *state) bool {
	if st.kind != stateAsk {
		return false
	}
	kind := f.slots[st.slot].kind
	return kind != SlotConfirm && kind != SlotCode
}

// Relocate takes somebody who waits in another version over into this one: to a
// question of the same flow, with the answers that it still has slots for, or,
// for no state, to the menu, where the dialogue is offered again. Nothing is said
// while people have the conversation or the person has sent STOP. Look-ups are
// answered as Step's are. ErrPlace when nobody can be put there.
func (c *Catalog) Relocate(s Session, in Input, to string) (Turn, error) {
	in.Kind = InputMove
	t := &turn{c: c, input: in, s: s}
	t.in = &t.input
	t.prepare()
	was := s
	if to == "" {
		t.relocateToMenu(was)
	} else if !t.relocateTo(was, to) {
		return Turn{}, fmt.Errorf("%w: state %q of %s", ErrPlace, to, s.Flow)
	}
	if len(t.out.Lookups) > 0 {
		return Turn{Session: s, Lookups: t.out.Lookups}, nil
	}
	out := t.finish()
	if t.busy() || t.in.Muted {
		out.Messages, out.Silence = nil, "moved in silence"
	}
	return out, nil
}

// relocateToMenu sets the dialogue aside as it was.
func (t *turn) relocateToMenu(was Session) {
	f, settled := t.f, t.s
	t.s = was
	t.s.Parked, t.s.Language = settled.Parked, settled.Language
	t.move(was.State, "", "", "moved to the menu by a supervisor")
	t.out.Moves[0].Flow = was.Flow
	if f != nil && f.opens {
		t.s.park(t.in.At)
	} else {
		t.s.clear()
	}
	t.f = nil
	t.openMenu(0)
}

// relocateTo puts the question of a state; false when it is none to be put at.
func (t *turn) relocateTo(was Session, to string) bool {
	if t.f == nil {
		return false
	}
	st := t.f.state(to)
	if st == nil || !t.f.receives(st) {
		return false
	}
	t.s.Answers = was.Answers
	t.knowAll()
	var answers []Answer
	for _, a := range t.s.Answers {
		if sl := t.f.slot(a.Slot); sl.do.fits(t.c, sl, a.Value) && a.Slot != t.f.slots[st.slot].name {
			answers = append(answers, a)
		}
	}
	t.s.Answers, t.s.Known, t.s.Trail = answers, nil, nil
	for _, a := range answers {
		t.s.Known = append(t.s.Known, a.Slot)
	}
	for _, name := range was.Trail {
		if old := t.f.state(name); old != nil && old.kind == stateAsk && name != to {
			t.s.Trail = append(t.s.Trail, name)
		}
	}
	t.s.Ask, t.s.Offer, t.s.Change, t.s.Misses, t.s.Reminded = "", nil, "", 0, false
	t.s.State = to
	t.move(was.State, to, "", "moved by a supervisor")
	t.prompt()
	return true
}
