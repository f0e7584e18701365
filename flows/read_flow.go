package flows

import (
	"go.yaml.in/yaml/v4"
)

func (r *reader) flows(d *draft, m member) {
	for _, f := range r.members(m.value, "flows") {
		r.name(f.key, "flow")
		if r.reserved(f.key) {
			continue
		}
		if flow := r.flow(f); flow != nil {
			d.flows = append(d.flows, flow)
		}
	}
}

// reserved refuses flow names that mean something else in a payload.
func (r *reader) reserved(id word) bool {
	switch id.text {
	case payloadMenu, payloadCommand, payloadAsk:
		r.fail(id.position, "a flow cannot be called %q: choose another name", id.text)
		return true
	}
	return false
}

func (r *reader) flow(m member) *draftFlow {
	f := r.fields(m.value, "a flow", "title", "kind", "team", "target", "triggers", "examples", "season", "outside", "me_too", "after_photo", "slots", "states")
	if f == nil {
		return nil
	}
	flow := &draftFlow{id: m.key}
	for _, need := range []string{"title", "kind", "team", "states"} {
		if f[need] == nil {
			r.fail(m.key.position, "flow %q needs %s", m.key.text, need)
		}
	}
	if n := f["title"]; n != nil {
		flow.title = r.text(n, "title")
	}
	if n := f["kind"]; n != nil {
		flow.kind = r.oneOf(n, "kind", string(Complaint), string(Request), string(Question), string(Suggestion))
	}
	if n := f["team"]; n != nil {
		flow.team = r.word(n, "team")
	}
	if n := f["target"]; n != nil {
		flow.target = r.duration(n, "target")
	}
	if n := f["triggers"]; n != nil {
		flow.triggers = r.wordsByLanguage(n, "triggers")
	}
	if n := f["examples"]; n != nil {
		flow.examples = r.examples(n)
	}
	if n := f["season"]; n != nil {
		flow.season, flow.seasonal = r.season(n), true
	}
	if n := f["outside"]; n != nil {
		flow.outside = r.word(n, "outside")
	}
	r.flowExtras(flow, f)
	if n := f["slots"]; n != nil {
		for _, s := range r.members(n, "slots") {
			flow.slots = append(flow.slots, r.slot(s))
		}
	}
	if n := f["states"]; n != nil {
		for _, s := range r.members(n, "states") {
			flow.states = append(flow.states, r.state(s))
		}
	}
	return flow
}

// flowExtras reads what a service does besides its states:
//
//	me_too: true
//	after_photo: required
func (r *reader) flowExtras(flow *draftFlow, f map[string]*yaml.Node) {
	if n := f["me_too"]; n != nil && r.boolean(n, "me_too") {
		flow.meToo = r.at(n)
	}
	if n := f["after_photo"]; n != nil && r.oneOf(n, "after_photo", "required", "optional").text == "required" {
		flow.after = r.at(n)
	}
}

func (r *reader) oneOf(n *yaml.Node, what string, allowed ...string) word {
	w := r.word(n, what)
	if w.text != "" && !has(allowed, w.text) {
		r.fail(w.position, "%s cannot be %q%s", what, w.text, suggest(w.text, allowed))
		w.text = ""
	}
	return w
}

func (r *reader) slot(m member) *draftSlot {
	s := &draftSlot{name: m.key}
	r.name(m.key, "slot")
	f := r.fields(m.value, "a slot", "type", "label", "optional", "remember", "several", "unknown",
		"min", "max", "choices", "beside", "error", "example")
	if f == nil {
		return s
	}
	if n := f["type"]; n != nil {
		s.kindAt = r.at(n)
		s.kind = SlotType(r.oneOf(n, "type", slotTypes()...).text)
	} else {
		r.fail(m.key.position, "slot %q needs a type", m.key.text)
	}
	flags := map[string]*bool{"optional": &s.optional, "remember": &s.remember, "several": &s.several, "unknown": &s.unknown}
	for name, to := range flags {
		if n := f[name]; n != nil {
			*to = r.boolean(n, name)
		}
	}
	r.slotBounds(s, f)
	r.slotTexts(s, f)
	r.slotFits(s, f)
	return s
}

func (r *reader) slotBounds(s *draftSlot, f map[string]*yaml.Node) {
	if n := f["min"]; n != nil {
		v := r.number(n, "min")
		s.min, s.bounds = &v, r.at(n)
	}
	if n := f["max"]; n != nil {
		v := r.number(n, "max")
		s.max, s.bounds = &v, r.at(n)
	}
	if s.min != nil && s.max != nil && *s.min > *s.max {
		r.fail(s.bounds, "min is larger than max")
	}
}

func (r *reader) slotTexts(s *draftSlot, f map[string]*yaml.Node) {
	if n := f["label"]; n != nil {
		s.label = r.text(n, "label")
	}
	if n := f["error"]; n != nil {
		s.error = r.text(n, "error")
	}
	if n := f["example"]; n != nil {
		s.example = r.text(n, "example")
	}
	if n := f["beside"]; n != nil {
		s.beside = r.words(n, "beside")
	}
	if n := f["choices"]; n != nil {
		for _, c := range r.members(n, "choices") {
			r.name(c.key, "choice")
			choice := draftChoice{id: c.key, title: r.text(c.value, "choice")}
			if c.value.Kind == yaml.MappingNode {
				if words := field(c.value, "words"); words != nil {
					choice.words = r.words(words, "words")
				}
			}
			s.choices = append(s.choices, choice)
		}
	}
}

// slotFits refuses settings that a slot's type has no use for.
func (r *reader) slotFits(s *draftSlot, f map[string]*yaml.Node) {
	kind, ok := slotKinds[s.kind]
	if !ok {
		return
	}
	for _, key := range []string{"several", "unknown", "min", "max", "choices", "beside", "optional", "remember", "example"} {
		if n := f[key]; n != nil && !has(kind.takes, key) {
			r.fail(r.at(n), "a slot of type %s has no %q", s.kind, key)
		}
	}
	if s.kind == SlotChoice && len(s.choices) == 0 {
		r.fail(s.name.position, "slot %q needs choices", s.name.text)
	}
}
