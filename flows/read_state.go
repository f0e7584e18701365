package flows

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Which keys a state of each kind may have beside the one that names its kind.
var stateKeys = map[stateKind][]string{
	stateSay:      {"next"},
	stateAsk:      {"text", "next", "on", "skipped"},
	stateBranch:   {},
	stateCompute:  {"next"},
	stateLookup:   {"number", "within", "register", "key", "found", "none", "masked", "no_phone", "absent"},
	stateOpenCase: {"text", "next"},
	stateReopen:   {"note", "text", "next"},
	stateSendCode: {"next", "found", "none", "no_phone"},
	stateHandoff:  {"text", "next"},
	stateEnd:      {"text"},
}

var stateKindNames = []string{"say", "ask", "branch", "compute", "lookup", "open_case", "reopen_case", "send_code", "handoff", "end"}

// state reads one state; the key that names its kind says what it does.
func (r *reader) state(m member) *draftState {
	s := &draftState{name: m.key}
	r.name(m.key, "state")
	list := r.members(m.value, "a state")
	kind := r.stateKind(s, list)
	if kind == nil {
		return s
	}
	allowed := append([]string{string(s.kind)}, stateKeys[s.kind]...)
	for _, f := range list {
		switch {
		case has(stateKindNames, f.key.text):
		case has(allowed, f.key.text):
			r.stateField(s, f)
		default:
			r.fail(f.key.position, "a state that does %q has no %q%s", s.kind, f.key.text, suggest(f.key.text, allowed))
		}
	}
	r.stateBody(s, kind)
	r.stateComplete(s)
	return s
}

// stateKind finds the one key that says what the state does.
func (r *reader) stateKind(s *draftState, list []member) *yaml.Node {
	var value *yaml.Node
	for _, f := range list {
		if !has(stateKindNames, f.key.text) {
			continue
		}
		if value != nil {
			r.fail(f.key.position, "a state does one thing: %q is there already, make a second state for %q", s.kind, f.key.text)
			continue
		}
		s.kind, value = stateKind(f.key.text), f.value
	}
	if value == nil && list != nil {
		r.fail(s.name.position, "state %q does nothing: it needs one of %s", s.name.text, strings.Join(stateKindNames, ", "))
	}
	return value
}

func (r *reader) stateField(s *draftState, f member) {
	switch f.key.text {
	case "text":
		s.text = r.text(f.value, "text")
	case "next":
		s.next = r.word(f.value, "next")
	case "skipped":
		s.skipped = r.word(f.value, "skipped")
	case "found":
		s.found = r.word(f.value, "found")
	case "none":
		s.none = r.word(f.value, "none")
	case "masked":
		s.masked = r.word(f.value, "masked")
	case "absent":
		s.absent = r.word(f.value, "absent")
	case "no_phone":
		s.noPhone = r.word(f.value, "no_phone")
	case "register":
		s.register = r.word(f.value, "register")
		r.name(s.register, "register")
	case "number", "key":
		s.slot = r.word(f.value, f.key.text)
	case "within":
		s.within = r.word(f.value, "within")
	case "note":
		s.note = r.word(f.value, "note")
	case "on":
		for _, edge := range r.members(f.value, "on") {
			s.on = append(s.on, draftEdge{edge.key, r.word(edge.value, "on")})
		}
	}
}

func (r *reader) stateBody(s *draftState, n *yaml.Node) {
	switch s.kind {
	case stateSay:
		s.text = r.text(n, "say")
	case stateAsk:
		s.slot = r.word(n, "ask")
	case stateBranch:
		r.branches(s, n)
	case stateCompute:
		for _, c := range r.members(n, "compute") {
			s.computes = append(s.computes, draftCompute{c.key, r.word(c.value, "compute")})
		}
	case stateLookup:
		s.lookup = r.oneOf(n, "lookup", "mine", "case", "resolved", string(LookupRegister))
	case stateOpenCase:
		r.openCase(s, n)
	case stateReopen:
		s.slot = r.word(n, "reopen_case")
	case stateSendCode:
		s.slot = r.word(n, "send_code")
	case stateHandoff:
		r.handoff(s, n)
	case stateEnd:
		if !r.boolean(n, "end") {
			r.fail(r.at(n), "write `end: true`")
		}
	}
}

// branches reads
//
//	branch:
//	  - if: trouble == "manhole"
//	    next: urgent
//	  - next: usual
func (r *reader) branches(s *draftState, n *yaml.Node) {
	for _, item := range r.items(n, "branch") {
		f := r.fields(item, "a line of branch", "if", "next")
		if f == nil {
			continue
		}
		b := draftBranch{condition: word{position: r.at(item)}}
		if x := f["if"]; x != nil {
			b.condition = r.word(x, "if")
		}
		if x := f["next"]; x != nil {
			b.to = r.word(x, "next")
		} else {
			r.fail(r.at(item), "this line needs next")
		}
		s.branches = append(s.branches, b)
	}
	for i, b := range s.branches {
		last := i == len(s.branches)-1
		if last && b.condition.text != "" {
			r.fail(b.condition.position, "the last line of a branch has no `if`: it says where to go otherwise")
		}
		if !last && b.condition.text == "" {
			r.fail(b.condition.position, "only the last line of a branch has no `if`; lines after it are never reached")
		}
	}
}

func (r *reader) openCase(s *draftState, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		if !r.boolean(n, "open_case") {
			r.fail(r.at(n), "write `open_case: true`, or what the case is called below it")
		}
		return
	}
	f := r.fields(n, "open_case", "title", "target", "place")
	if x := f["title"]; x != nil {
		s.title = r.text(x, "title")
	}
	if x := f["target"]; x != nil {
		s.target = r.duration(x, "target")
	}
	if x := f["place"]; x != nil {
		s.placeBy = r.word(x, "place")
	}
}

func (r *reader) handoff(s *draftState, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		if !r.boolean(n, "handoff") {
			r.fail(r.at(n), "write `handoff: true`, or the team below it")
		}
		return
	}
	f := r.fields(n, "handoff", "team", "urgent")
	if x := f["team"]; x != nil {
		s.team = r.word(x, "team")
	}
	if x := f["urgent"]; x != nil {
		s.urgent = r.boolean(x, "urgent")
	}
}

// stateComplete asks for what a state of its kind cannot do without.
func (r *reader) stateComplete(s *draftState) {
	need := func(w word, key string) {
		if w.line == 0 {
			s.broken = true
			r.fail(s.name.position, "state %q needs `%s`: where to go from here", s.name.text, key)
		}
	}
	switch s.kind {
	case stateSay, stateAsk, stateCompute, stateOpenCase:
		need(s.next, "next")
	case stateReopen:
		need(s.next, "next")
		if !s.text.given {
			s.broken = true
			r.fail(s.name.position, "state %q needs a text: what the citizen is told", s.name.text)
		}
	case stateSendCode:
		need(s.next, "next")
		need(s.found, "found")
		need(s.none, "none")
	case stateLookup:
		need(s.found, "found")
		need(s.none, "none")
		r.registerComplete(s)
		if s.lookup.text != string(LookupRegister) && s.lookup.text != "mine" && s.slot.line == 0 {
			r.fail(s.name.position, "state %q needs number: the slot that holds the case number", s.name.text)
		}
	case stateBranch:
		if len(s.branches) == 0 {
			r.fail(s.name.position, "state %q has no lines to branch to", s.name.text)
		}
	}
}

// registerComplete asks for the register and the key of a row, and refuses them
// where no row is looked up.
func (r *reader) registerComplete(s *draftState) {
	if s.lookup.text != string(LookupRegister) {
		for _, w := range []word{s.register, s.masked, s.noPhone, s.absent} {
			if w.line != 0 && s.lookup.text != "" {
				r.fail(w.position, "only `lookup: register` looks into a register")
			}
		}
		return
	}
	if s.register.line == 0 {
		r.fail(s.name.position, "state %q needs register: the name under which the table is uploaded", s.name.text)
	}
	if s.slot.line == 0 {
		r.fail(s.name.position, "state %q needs key: the slot that says which row", s.name.text)
	}
}
