package flows

// A telephone that was typed is proven to be the person's by a code that an SMS
// brings:
//
//	send:
//	  send_code: phone    # a phone slot
//	  next: ask_code      # the code is on its way
//	  found: known        # the telephone was proven before
//	  none: not_now       # there is no SMS, or there were too many codes today
//	ask_code:
//	  ask: code           # a slot of type code: asked for here and nowhere else
//	  next: linked        # it was right
//	  on: {failed: again} # no try is left, or it is too late

// SendCode sends a code by SMS to a telephone. One to the telephone in the row of
// a register proves no more than that the person may hear of the row.
type SendCode struct {
	Phone    string
	Register string // empty: the telephone shall be the person's
	Key      string
}

// TriedCode says that a code was given, and whether it was right. A right one
// proves the telephone to be the person's: whoever it was of before is the same
// person.
type TriedCode struct {
	ID    string // of the code that was sent
	Right bool
}

func (SendCode) effect()  {}
func (TriedCode) effect() {}

// ProofFound says what can be done to prove a telephone.
type ProofFound struct {
	Phone string
	Known bool // it is proven to be the person's already
	Open  bool // a code can be sent
}

// CodeFound is what became of a code that was given.
type CodeFound struct {
	ID    string // of the code that was sent; empty: none is waited for any more
	Phone string // where it was sent
	Right bool
	Left  int // tries that are left after this one
}

// sendCode sends a code to the telephone in the slot.
func (t *turn) sendCode(st *state) (next int, event, why string, stop bool) {
	if st.row {
		return t.sendRowCode(st)
	}
	v, _ := t.s.Answer(t.f.slots[st.slot].name)
	event, why = eventNone, "no code can be sent"
	if t.in.Codes && v.Text != "" {
		found := t.in.Found.Proof
		if found == nil || found.Phone != v.Text {
			t.need(Lookup{Kind: LookupProof, Phone: v.Text})
			return 0, "", "", true
		}
		switch {
		case found.Known:
			event, why = eventFound, "the telephone was proven before"
		case found.Open:
			t.effect(SendCode{Phone: v.Text})
			event, why = eventNext, "a code is sent"
		}
	}
	next, _ = st.out(event)
	return next, event, why, false
}

// offerLink offers, after a matter is filed, to link the telephone that was
// typed for the first time. Whoever is not asked for it again is not offered
// this again.
func (t *turn) offerLink() {
	f := t.c.linking
	if f == nil || !t.in.Codes {
		return
	}
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		v, ok := t.s.Answer(sl.name)
		if sl.kind == SlotPhone && sl.remember && ok && v.Text != "" && !t.s.knows(sl.name) {
			t.flushLead()
			t.out.Messages = append(t.out.Messages, Message{
				Text: t.render(t.c.texts["link_offer"]), Kind: Receipt,
				Choices: []Choice{{Title: f.title[t.lang], Payload: MenuPayload(f.id)}},
			})
			return
		}
	}
}

// sendCodeOf compiles a state that sends a code.
func (k *compiler) sendCodeOf(f *flow, d *draftState, s *state) {
	if d.slot.text == rowSlot && !hasKey(f.bySlot, rowSlot) {
		k.sendRowCodeOf(f, d, s)
		return
	}
	if f.provesRow {
		k.fail(d.slot.position, "%s sends codes to the telephone in the row: a code to another one is a flow of its own", f.id)
	}
	f.proves = true
	if k.c.linking == nil {
		k.c.linking = f
	}
	s.slot = k.slotNamed(f, d.slot)
	k.slotIs(f, s.slot, d.slot, SlotPhone)
}
