package flows

import "nagorik/flows/bangla"

// offerChange asks which answer is wrong; with only one there is nothing to ask.
func (t *turn) offerChange() {
	var offers []string
	for _, a := range t.s.Answers {
		sl := t.f.slot(a.Slot)
		if sl != nil && sl.kind != SlotConfirm && t.f.asker(a.Slot) != "" && len(offers) < maxButtons {
			offers = append(offers, a.Slot)
		}
	}
	switch len(offers) {
	case 0:
		t.prompt()
	case 1:
		t.change(offers[0])
	default:
		t.s.Ask, t.s.Offer = askChange, offers
		t.promptAsk()
	}
}

// asker is the state that asks a slot.
func (f *flow) asker(slot string) string {
	for i := range f.states {
		st := &f.states[i]
		if st.kind == stateAsk && f.slots[st.slot].name == slot {
			return st.name
		}
	}
	return ""
}

// change asks one slot anew and comes back to the confirmation.
func (t *turn) change(slot string) {
	back := t.s.State
	t.s.Ask, t.s.Offer, t.s.Misses = "", nil, 0
	t.s.State, t.s.Change = t.f.asker(slot), back
	if t.f.slot(slot).several {
		t.s.drop(slot)
	}
	t.move(back, t.s.State, "", "to be changed: "+slot)
	t.prompt()
}

func (t *turn) answerChange() bool {
	if t.f == nil {
		t.s.Ask = ""
		return false
	}
	i, ok := t.picked(len(t.s.Offer), func(i int) string { return t.s.Offer[i] })
	if !ok {
		i, ok = t.labelled()
	}
	if !ok {
		t.miss(reading{})
		return true
	}
	if t.f.asker(t.s.Offer[i]) == "" {
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	t.change(t.s.Offer[i])
	return true
}

// labelled finds the offered slot whose label was typed.
func (t *turn) labelled() (int, bool) {
	for i, name := range t.s.Offer {
		sl := t.f.slot(name)
		for _, label := range sl.labels() {
			if bangla.Fold(label) == t.folded {
				return i, true
			}
		}
	}
	return 0, false
}

func (s *slot) labels() []string {
	if s == nil {
		return nil
	}
	return s.label
}

// promptChange lists what can be changed.
func (t *turn) promptChange() {
	options := make([]option, 0, len(t.s.Offer))
	for i, name := range t.s.Offer {
		sl := t.f.slot(name)
		if sl == nil {
			t.s.Ask, t.s.Offer = "", nil
			t.prompt()
			return
		}
		options = append(options, option{sl.label[t.lang], payloadAsk + "/change=" + name, i + 1})
	}
	t.question(t.c.texts["edit_which"], options, "")
}
