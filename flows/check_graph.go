package flows

// checkGraph walks a flow's transition table: every state must be reached, must
// have a way to an end, and no circle may go round without a question.
func (k *compiler) checkGraph(d *draftFlow, f *flow) {
	reached := make([]bool, len(f.states))
	f.walk(0, reached)
	ends := f.canEnd()
	for i, s := range d.states {
		switch {
		case !reached[i]:
			k.fail(s.name.position, "state %q is never reached: no `next` leads to it from %q", s.name.text, d.states[0].name.text)
		case !ends[i]:
			k.fail(s.name.position, "state %q has no way to an end: lead it to a state with `end: true` or `handoff`", s.name.text)
		}
	}
	k.checkLoops(d, f)
}

func (f *flow) walk(i int, reached []bool) {
	if reached[i] {
		return
	}
	reached[i] = true
	for _, e := range f.states[i].edges {
		f.walk(e.to, reached)
	}
}

// canEnd finds the states from which an end can be reached.
func (f *flow) canEnd() []bool {
	ends := make([]bool, len(f.states))
	for changed := true; changed; {
		changed = false
		for i := range f.states {
			if !ends[i] && f.leadsOut(i, ends) {
				ends[i], changed = true, true
			}
		}
	}
	return ends
}

func (f *flow) leadsOut(i int, ends []bool) bool {
	s := &f.states[i]
	if s.kind == stateEnd || s.kind == stateHandoff && len(s.edges) == 0 {
		return true
	}
	for _, e := range s.edges {
		if ends[e.to] {
			return true
		}
	}
	return false
}

// waits reports whether the state stops for an answer on every channel. A photo
// is not asked where none can be sent.
func (f *flow) waits(i int) bool {
	s := &f.states[i]
	return s.kind == stateAsk && s.slot >= 0 && f.slots[s.slot].kind != SlotPhoto
}

// checkLoops finds circles of states that ask nothing: a turn in them would
// never come to rest.
func (k *compiler) checkLoops(d *draftFlow, f *flow) {
	const (
		unseen = iota
		open
		closed
	)
	mark := make([]int, len(f.states))
	var visit func(i int)
	visit = func(i int) {
		mark[i] = open
		for _, e := range f.states[i].edges {
			switch {
			case f.waits(e.to):
			case mark[e.to] == open:
				k.fail(d.states[i].name.position, "states %q and %q go round in a circle without asking anything",
					d.states[e.to].name.text, d.states[i].name.text)
			case mark[e.to] == unseen:
				visit(e.to)
			}
		}
		mark[i] = closed
	}
	for i := range f.states {
		if mark[i] == unseen && !f.waits(i) {
			visit(i)
		}
	}
}
