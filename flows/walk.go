package flows

import "strconv"

// begin opens a flow. Photos that came before it are kept for it; what the
// person's message says about its choices and ward, and what is given, is taken
// as answered.
func (t *turn) begin(f *flow, why string, given ...Answer) {
	if f.remembers && t.in.Found.Remembered == nil {
		t.need(Lookup{Kind: LookupRemembered})
		return
	}
	photos, ward := t.s.Photos, t.s.ShotWard
	t.s.clear()
	t.s.Flow, t.s.Photos, t.s.ShotWard, t.f = f.id, photos, ward, f
	t.recall()
	t.prefill()
	for _, a := range given {
		t.s.put(a.Slot, a.Value)
		t.s.Known = with(t.s.Known, a.Slot)
	}
	t.wardFromPhotos()
	t.move("", f.states[0].name, "", why)
	t.enter(0)
}

// recall takes up what the contact told before.
func (t *turn) recall() {
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		v, ok := t.in.Found.Remembered[sl.name]
		if sl.remember && ok && sl.do.fits(t.c, sl, v) {
			t.s.put(sl.name, v)
			t.s.Known = with(t.s.Known, sl.name)
			if sl.kind == SlotWard {
				t.s.WardBy = WardByMemory
			}
		}
	}
}

// enter walks from state to state until a question stands, the flow ends, or
// something must be looked up.
func (t *turn) enter(i int) {
	for t.f != nil && len(t.out.Lookups) == 0 {
		if t.entered++; t.entered > maxEntered {
			t.breakOff()
			return
		}
		st := &t.f.states[i]
		next, event, why, stop := t.visit(i, st)
		if stop {
			return
		}
		t.move(st.name, t.f.states[next].name, event, why)
		i = next
	}
}

// breakOff leaves a flow that would never come to rest. Loading finds such
// circles; a session of another version can still bring one about.
func (t *turn) breakOff() {
	t.move(t.s.State, "", "", "too many states in one turn")
	t.leave()
	t.say(t.c.texts["sys_error"])
}

// visit does what a state does. stop means that the turn rests here.
func (t *turn) visit(i int, st *state) (next int, event, why string, stop bool) {
	switch st.kind {
	case stateSay:
		t.say(st.text)
	case stateAsk:
		return t.visitAsk(i, st)
	case stateBranch:
		return t.branch(st)
	case stateCompute:
		t.compute(st.computes)
	case stateLookup:
		return t.lookup(st)
	case stateOpenCase:
		if !t.openCase(st) {
			return 0, "", "", true
		}
	case stateReopen:
		t.reopenCase(st)
	case stateSendCode:
		return t.sendCode(st)
	case stateHandoff:
		if !t.handOff(st.text, st.team, t.handOffReason(), st.urgent) {
			return 0, "", "", true
		}
		t.remember()
		if len(st.edges) == 0 {
			t.moveOut(st.name, "passed to people")
			t.leave()
			return 0, "", "", true
		}
	case stateEnd:
		t.say(st.text)
		t.moveOut(st.name, "the flow is done")
		t.leave()
		return 0, "", "", true
	}
	next, _ = st.out(eventNext)
	return next, eventNext, "", false
}

// handOffReason says why the flow hands over. A flow that has asked nothing yet
// was chosen for that alone: the person asked for people.
func (t *turn) handOffReason() HandoffReason {
	if len(t.s.Trail) == 0 {
		return ReasonAsked
	}
	return ReasonFlow
}

// leave closes the flow for good.
func (t *turn) leave() {
	t.s.clear()
	t.f, t.ended = nil, true
}

func (t *turn) branch(st *state) (next int, event, why string, stop bool) {
	for n, c := range st.branches {
		if t.holds(c) {
			event = eventIf + strconv.Itoa(n+1)
			next, _ = st.out(event)
			return next, event, "true: " + c.source, false
		}
	}
	next, _ = st.out(eventOtherwise)
	return next, eventOtherwise, "no condition was true", false
}

// visitAsk puts the question, unless the answer is there or the channel cannot
// give one.
func (t *turn) visitAsk(i int, st *state) (next int, event, why string, stop bool) {
	sl := &t.f.slots[st.slot]
	if sl.kind == SlotPhoto && t.takePhotos(sl) {
		next, event = st.outAnswer("")
		return next, event, "photos had come already", false
	}
	if sl.kind == SlotPhoto && !t.in.Face.Photos {
		next, event = st.skip()
		return next, event, "photos cannot be sent here", false
	}
	if t.s.knows(sl.name) && !t.pass(i) {
		v, _ := t.s.Answer(sl.name)
		next, event = st.after(sl, v)
		return next, event, "known: " + sl.name, false
	}
	t.s.State, t.s.Misses = st.name, 0
	t.prompt()
	return 0, "", "", true
}

// pass notes that a state was passed over and reports whether it was before, in
// this turn: an answer that leads back to its own question must be asked anew.
func (t *turn) pass(i int) bool {
	bit := uint64(1) << (i % 64)
	before := t.passed[i/64]&bit != 0
	t.passed[i/64] |= bit
	return before
}

// skip is the way out when a question is left unanswered.
func (s *state) skip() (int, string) {
	if to, ok := s.out(eventSkipped); ok {
		return to, eventSkipped
	}
	to, _ := s.out(eventAnswered)
	return to, eventAnswered
}

// after is the way out for an answer.
func (s *state) after(sl *slot, v Value) (int, string) {
	switch {
	case v.Shape == Nothing:
		return s.skip()
	case sl.kind == SlotChoice && !sl.several && len(v.List) == 1:
		return s.outAnswer(v.List[0])
	case sl.kind == SlotWard && v.Number == 0:
		return s.outAnswer(commandUnknown)
	case sl.kind == SlotCode && v.Text == codeFailed:
		return s.outAnswer(codeFailed)
	default:
		return s.outAnswer("")
	}
}

// accept takes an answer to the standing question and goes on.
func (t *turn) accept(v Value, why string) {
	st := t.state()
	sl := &t.f.slots[st.slot]
	if sl.kind == SlotWard {
		t.wardAnswered(v)
	}
	t.s.put(sl.name, v)
	t.s.Known = without(t.s.Known, sl.name)
	t.s.Ask, t.s.Offer, t.s.Misses = "", nil, 0
	if t.s.Change != "" {
		t.s.Change = ""
		t.knowAll()
	}
	if !has(t.s.Trail, st.name) && len(t.s.Trail) < maxTrail {
		t.s.Trail = append(t.s.Trail, st.name)
	}
	next, event := st.after(sl, v)
	t.move(st.name, t.f.states[next].name, event, why)
	t.enter(next)
}
