package flows

import (
	"strconv"
)

// Bounds of one catalogue.
const (
	maxButtons = 13 // Messenger Platform: quick replies under one message
	maxStates  = 200
	maxSlots   = 60
	maxFlows   = 200
)

// flow compiles one flow; what cannot be resolved is a fault and left out.
func (k *compiler) flow(index int, d *draftFlow) {
	f := &flow{
		index: index, id: d.id.text, kind: Kind(d.kind.text), team: d.team.text, target: d.target,
		bySlot: map[string]int{}, byState: map[string]int{},
	}
	k.c.flows = append(k.c.flows, f)
	if !d.title.given || len(d.slots) > maxSlots || len(d.states) > maxStates || index >= maxFlows {
		k.tooLarge(d, index)
		f.title = make([]string, len(k.c.codes))
		return
	}
	f.title = k.labels(d.title, "the title of "+d.id.text)
	k.titleFits(d.title)
	k.team(d.team)
	k.seasons(f, d)
	k.slots(f, d)
	k.registerOf(f, d)
	k.states(f, d)
	if len(f.states) > 0 && k.machine(f, d) {
		k.checkGraph(d, f)
	}
	k.meToo(f, d)
	k.afterPhoto(f, d)
	k.checkUse(f, d)
	k.c.flowOrder = append(k.c.flowOrder, k.outline(f, d))
}

func (k *compiler) tooLarge(d *draftFlow, index int) {
	switch {
	case index >= maxFlows:
		k.fail(d.id.position, "more than %d services", maxFlows)
	case len(d.slots) > maxSlots:
		k.fail(d.id.position, "flow %q has more than %d slots", d.id.text, maxSlots)
	case len(d.states) > maxStates:
		k.fail(d.id.position, "flow %q has more than %d states", d.id.text, maxStates)
	}
}

func (k *compiler) team(w word) {
	if _, ok := k.c.teams[w.text]; !ok && w.text != "" {
		k.fail(w.position, "there is no team %q%s", w.text, suggest(w.text, keys(k.c.teams)))
	}
}

func (k *compiler) slots(f *flow, d *draftFlow) {
	for i, ds := range d.slots {
		f.bySlot[ds.name.text] = i
		if _, taken := fillNames[ds.name.text]; taken && has(flowFills, ds.name.text) || ds.name.text == "city" {
			k.fail(ds.name.position, "a slot cannot be called %q: {%s} means something else in texts", ds.name.text, ds.name.text)
		}
		f.slots = append(f.slots, k.slotOf(ds))
		f.remembers = f.remembers || ds.remember
	}
}

func (k *compiler) states(f *flow, d *draftFlow) {
	for i, ds := range d.states {
		f.byState[ds.name.text] = i
	}
	if len(d.states) == 0 {
		k.fail(d.id.position, "flow %q has no states", d.id.text)
	}
	env := k.newEnv(f)
	for _, ds := range d.states {
		f.states = append(f.states, k.state(f, ds, env))
	}
}

func (k *compiler) state(f *flow, d *draftState, env *env) state {
	s := state{name: d.name.text, kind: d.kind, slot: -1, placeBy: -1, target: d.target, urgent: d.urgent, team: d.team.text}
	in := scope{slots: f.bySlot, fills: flowFills, what: "a text of " + f.id, register: f.register}
	if d.text.given {
		s.text = k.text(d.text, in, true)
	}
	switch d.kind {
	case stateAsk:
		s.slot = k.slotNamed(f, d.slot)
		k.askText(f, d, &s)
		s.payloads = payloadsOf(f, &s)
		k.checkOn(f, d, s.slot)
	case stateLookup:
		s.mine, s.row = d.lookup.text == "mine", d.lookup.text == string(LookupRegister)
		if !s.mine && !s.row {
			s.slot = k.slotNamed(f, d.slot)
			k.slotIs(f, s.slot, d.slot, SlotNumber)
		}
		k.withinOf(d, &s)
	case stateBranch:
		for _, b := range d.branches {
			if b.condition.text != "" {
				s.branches = append(s.branches, env.condition(b.condition))
			}
		}
	case stateCompute:
		for _, c := range d.computes {
			s.computes = append(s.computes, env.computation(c))
		}
	case stateOpenCase:
		k.openCaseOf(f, d, &s, in)
	case stateReopen:
		k.reopenOf(f, d, &s)
	case stateSendCode:
		k.sendCodeOf(f, d, &s)
	case stateHandoff:
		f.hands = true
		k.team(d.team)
	}
	return s
}

func (k *compiler) openCaseOf(f *flow, d *draftState, s *state, in scope) {
	f.opens = true
	if d.title.given {
		s.title = k.text(d.title, in, false)
	}
	if d.placeBy.text != "" {
		s.placeBy = k.slotNamed(f, d.placeBy)
		return
	}
	for i := range f.slots {
		if f.slots[i].kind == SlotLocation {
			s.placeBy = i
			return
		}
	}
}

// askText is the question: the state's own text, or the usual one of the slot's
// type.
func (k *compiler) askText(f *flow, d *draftState, s *state) {
	if s.text != nil || s.slot < 0 {
		return
	}
	usual := f.slots[s.slot].do.ask
	if usual == "" {
		k.fail(d.name.position, "state %q needs a text: the question", d.name.text)
		return
	}
	s.text = k.c.texts[usual]
}

func (k *compiler) slotNamed(f *flow, w word) int {
	i, ok := f.bySlot[w.text]
	if !ok {
		if w.text != "" {
			k.fail(w.position, "there is no slot %q in %s%s", w.text, f.id, suggest(w.text, keys(f.bySlot)))
		}
		return -1
	}
	return i
}

func (k *compiler) slotIs(f *flow, i int, w word, want SlotType) {
	if i >= 0 && f.slots[i].kind != "" && f.slots[i].kind != want {
		k.fail(w.position, "slot %q is of type %s; this needs one of type %s", w.text, f.slots[i].kind, want)
	}
}

// checkOn holds the answers under `on` against those the slot can have.
func (k *compiler) checkOn(f *flow, d *draftState, slot int) {
	if slot < 0 {
		return
	}
	sl := &f.slots[slot]
	var answers []string
	switch {
	case sl.kind == SlotChoice && !sl.several:
		for _, c := range sl.choices {
			answers = append(answers, c.id)
		}
	case sl.kind == SlotWard && sl.unknown:
		answers = []string{commandUnknown}
	case sl.kind == SlotCode:
		answers = []string{codeFailed}
	}
	for _, e := range d.on {
		if !has(answers, e.answer.text) {
			k.fail(e.answer.position, "%q is no answer of slot %q%s", e.answer.text, sl.name, suggest(e.answer.text, answers))
		}
	}
	if d.skipped.text != "" && !sl.optional {
		k.fail(d.skipped.position, "slot %q cannot be skipped: make it `optional: true`, or leave `skipped` out", sl.name)
	}
}

// machine builds the flow's state machine and gives each state its ways out.
// It reports whether the graph is whole enough to be walked.
func (k *compiler) machine(f *flow, d *draftFlow) bool {
	names := make([]string, len(f.states))
	var list []Transition
	whole := true
	for i, ds := range d.states {
		names[i] = ds.name.text
		ways, ok := k.waysOut(f, ds)
		list, whole = append(list, ways...), whole && ok && ds.kind != "" && !ds.broken
	}
	table, err := transitions(names[0], names, list)
	if err != nil {
		k.fail(d.id.position, "flow %q: %v", d.id.text, err)
		return false
	}
	for i := range f.states {
		for _, t := range table[names[i]] {
			f.states[i].edges = append(f.states[i].edges, edge{t.Event, f.byState[t.To]})
		}
	}
	return whole
}

// waysOut lists the transitions written in one state. A target that is no state
// is a fault; the walk goes on with the name that was probably meant, and is
// left out when there is none.
func (k *compiler) waysOut(f *flow, d *draftState) (list []Transition, whole bool) {
	whole = true
	add := func(event string, to word) {
		if to.text == "" {
			return
		}
		target := to.text
		if _, ok := f.byState[target]; !ok {
			known := keys(f.byState)
			k.fail(to.position, "there is no state %q in %s%s", to.text, f.id, suggest(to.text, known))
			target = closest(to.text, known)
		}
		if target == "" {
			whole = false
			return
		}
		list = append(list, Transition{d.name.text, event, target})
	}
	if d.kind == stateAsk {
		add(eventAnswered, d.next)
		add(eventSkipped, d.skipped)
	} else {
		add(eventNext, d.next)
	}
	add(eventFound, d.found)
	add(eventNone, d.none)
	add(eventMasked, d.masked)
	add(eventAbsent, d.absent)
	add(eventNoPhone, d.noPhone)
	for _, e := range d.on {
		add(eventAnswer+e.answer.text, e.to)
	}
	for i, b := range d.branches {
		if b.condition.text == "" {
			add(eventOtherwise, b.to)
		} else {
			add(eventIf+strconv.Itoa(i+1), b.to)
		}
	}
	return list, whole
}
