package flows

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Place is a state of a flow, and what was answered before it.
type Place struct {
	Flow    string
	State   string
	Answers map[string]string // by slot, as a person would type them; a choice may be named by its id, photos by how many
}

// ErrPlace says that nobody can stand there.
var ErrPlace = errors.New("there is no such place")

// AnswerError says that an answer of a Place is none to its slot's question.
type AnswerError struct {
	Slot string
	Text string
}

// Error names the slot and what was given for it.
func (e *AnswerError) Error() string {
	return fmt.Sprintf("%q is no answer for slot %s", e.Text, e.Slot)
}

// Jump is a turn in which somebody comes to a place without walking there: for
// trying a flow out. Of the session only the language counts. Look-ups are
// answered as Step's are.
func (c *Catalog) Jump(s Session, in Input, to Place) (Turn, error) {
	f := c.byFlowID(to.Flow)
	if f == nil {
		return Turn{}, fmt.Errorf("%w: service %q", ErrPlace, to.Flow)
	}
	i, ok := f.byState[to.State]
	if !ok {
		return Turn{}, fmt.Errorf("%w: state %q of %s", ErrPlace, to.State, to.Flow)
	}
	t := &turn{c: c, input: in, s: Session{Language: s.Language}}
	t.in = &t.input
	t.prepare()
	t.f, t.s.Flow = f, f.id
	for n := range f.slots {
		sl := &f.slots[n]
		text := strings.TrimSpace(to.Answers[sl.name])
		if text == "" {
			continue
		}
		v, ok := t.given(sl, text)
		if !ok {
			return Turn{}, &AnswerError{sl.name, text}
		}
		t.s.put(sl.name, v)
	}
	t.walked(i)
	t.move("", to.State, "", "begun here")
	t.enter(i)
	if len(t.out.Lookups) > 0 {
		return Turn{Session: s, Lookups: t.out.Lookups}, nil
	}
	return t.finish(), nil
}

// given reads an answer as the slot would.
func (t *turn) given(sl *slot, text string) (Value, bool) {
	switch sl.kind {
	case SlotPhoto:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxTaken {
			return Value{}, false
		}
		ids := make([]string, n)
		for i := range ids {
			ids[i] = "photo-" + strconv.Itoa(i+1)
		}
		return ListValue(ids...), true
	case SlotChoice:
		if ids := strings.Split(text, ","); !slices.ContainsFunc(ids, func(id string) bool { _, known := sl.byID[strings.TrimSpace(id)]; return !known }) {
			for i := range ids {
				ids[i] = strings.TrimSpace(ids[i])
			}
			return ListValue(ids...), sl.several || len(ids) == 1
		}
	}
	reader := &turn{c: t.c, input: Input{Kind: InputText, Text: text, Face: t.in.Face, At: t.in.At}, s: Session{Language: t.s.Language}}
	reader.in = &reader.input
	reader.prepare()
	reader.f = t.f
	r := sl.do.read(reader, sl)
	return r.value, r.result == took || r.result == stays
}

// walked notes the questions before a state whose answers are there, so that
// "back" can walk them.
func (t *turn) walked(to int) {
	for i := range t.f.states[:to] {
		if st := &t.f.states[i]; st.kind == stateAsk && len(t.s.Trail) < maxTrail {
			if _, ok := t.s.Answer(t.f.slots[st.slot].name); ok {
				t.s.Trail = append(t.s.Trail, st.name)
			}
		}
	}
}
