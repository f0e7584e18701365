package flows

import "time"

// Standing is where a person stands, for a face that shows one question at a
// time: a page with a form. Channels that only speak do not need it; they say
// the messages of a turn.
type Standing struct {
	Flow     string // the open flow; empty at the menu
	Title    string // what it is called
	Resume   string // the flow left half-way that the standing question offers again
	Slot     string // that is asked; empty at the menu
	Own      bool   // the bot's own question stands before the flow's, such as "is that ward 5?"
	Join     int64  // that question is whether this case of somebody else's is meant; 0: it is not
	Type     SlotType
	Several  bool
	Optional bool
	Min, Max float64  // bounds of the slot as in the flow file; 0, 0 for none
	Picked   []string // of several choices, those that were taken already
	Prompt   Message  // the question with all that can be picked
	Given    []Given  // what the summary would list
	Asked    int      // questions answered
	Left     int      // questions that usually follow, with this one
	Filed    int64    // the case that the last thing heard has opened; 0 for none
}

// Given is one answer in words.
type Given struct{ Label, Text string }

// Standing says where a session stands, in a language and as a face shows it.
// Like Step it is pure, and any session that DecodeSession accepts will do. An
// empty language is the session's own.
func (c *Catalog) Standing(s Session, face Face, language string) Standing {
	if language != "" {
		s.Language = language
	}
	t := &turn{c: c, s: s, input: Input{Face: face, At: time.Unix(s.At, 0)}}
	t.in = &t.input
	t.prepare()
	var st Standing
	if t.s.CaseAt == t.s.At {
		st.Filed = t.s.Case
	}
	t.prompt()
	if len(t.out.Messages) > 0 {
		st.Prompt = t.out.Messages[0]
	}
	st.Own = t.s.Ask != "" && !t.atMenu()
	if p := t.s.Parked; p != nil && t.s.Ask == askResume {
		st.Resume, st.Title = p.Flow, t.serviceTitle(p.Flow)
	}
	if o, ok := t.joinOffered(); ok && t.s.Ask == askJoin {
		st.Join = o.number
	}
	if t.f != nil {
		t.stand(&st)
	}
	return st
}

// stand describes the open flow and the slot that is asked.
func (t *turn) stand(st *Standing) {
	sl := t.standing()
	st.Slot = sl.name
	st.Flow, st.Title = t.f.id, t.f.title[t.lang]
	st.Type, st.Several, st.Optional = sl.kind, sl.several, sl.optional
	if sl.bounded {
		st.Min, st.Max = sl.min, sl.max
	}
	if v, ok := t.s.Answer(sl.name); ok && sl.several {
		st.Picked = v.List
	}
	for i := range t.f.slots {
		if text := t.shown(i); text != "" && t.f.slots[i].kind != SlotConfirm {
			st.Given = append(st.Given, Given{Label: t.f.slots[i].label[t.lang], Text: text})
		}
	}
	st.Asked, st.Left = len(t.s.Trail), t.left()
}

// left counts the questions from the standing one to the end, on the way that
// is usual: no answer with a way of its own, no condition, nothing found.
func (t *turn) left() int {
	n, i := 0, t.f.byState[t.s.State]
	for range t.f.states {
		st := &t.f.states[i]
		if st.kind == stateAsk && (n == 0 || t.willAsk(&t.f.slots[st.slot])) {
			n++
		}
		next, ok := st.usual()
		if !ok {
			break
		}
		i = next
	}
	return n
}

// willAsk says whether a question to come will be put.
func (t *turn) willAsk(sl *slot) bool {
	return !t.s.knows(sl.name) && (sl.kind != SlotPhoto || t.in.Face.Photos)
}

// usual is the way out that most people take.
func (s *state) usual() (int, bool) {
	for _, event := range []string{eventAnswered, eventOtherwise, eventNext, eventFound, eventNone} {
		if to, ok := s.out(event); ok {
			return to, true
		}
	}
	return 0, false
}
