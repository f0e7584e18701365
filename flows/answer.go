package flows

import (
	"nagorik/flows/bangla"
)

// onText answers something typed.
func (t *turn) onText() {
	switch {
	case t.text == "":
		t.miss(reading{})
	case t.command(t.wholeCommand()):
	case t.pointless():
		t.miss(reading{})
	case t.languageWord():
	case t.zero():
	case t.s.Ask != "" && !t.atMenu() && t.answerAsk():
	case t.f != nil:
		t.answer()
	default:
		t.idle()
	}
}

// pointless reports a word such as "done" where a place is asked: it says
// nothing there, and must not be kept as one.
func (t *turn) pointless() bool {
	if t.f == nil || t.settled || t.s.Ask != "" || t.standing().kind != SlotLocation {
		return false
	}
	word := t.wholeCommand()
	return word == commandDone || word == commandUnknown
}

// zero goes back, where 0 is not an answer.
func (t *turn) zero() bool {
	if t.folded != "0" || t.f == nil {
		return false
	}
	if sl := t.standing(); t.s.Ask == "" && (sl.kind == SlotNumber || sl.kind == SlotAmount) && sl.within(0) {
		return false
	}
	t.back("0")
	return true
}

// standing is the slot that is being asked.
func (t *turn) standing() *slot { return &t.f.slots[t.state().slot] }

// answer reads an input as the answer to the standing question.
func (t *turn) answer() {
	if t.settled {
		t.addLead(t.c.texts["old_button"])
		t.enter(0)
		return
	}
	sl := t.standing()
	if t.unreadable(sl) {
		return
	}
	if sl.optional && t.in.Kind == InputText && sl.kind != SlotChoice && isNo(t.text) {
		t.skip("said no to an optional question")
		return
	}
	r := sl.do.read(t, sl)
	switch r.result {
	case took:
		t.accept(r.value, r.why)
	case stays, asked:
		t.s.Misses = 0
		t.move(t.s.State, t.s.State, "", r.why)
	default:
		if sl.kind == SlotCode && r.bad != "" || !t.elsewhere(sl) {
			t.miss(r)
		}
	}
}

// unreadable refuses text that is not Unicode, and numbers nobody should send.
func (t *turn) unreadable(sl *slot) bool {
	text := t.unfit(sl)
	if text != "" {
		t.refuse(text)
	}
	return text != ""
}

// unfit is the text that says why a message cannot be taken, or empty.
func (t *turn) unfit(sl *slot) string {
	if t.in.Kind != InputText && t.in.Kind != InputPhotos || t.text == "" {
		return ""
	}
	switch {
	case !hasBangla(t.folded) && bangla.Bijoy(t.text):
		return "bijoy"
	case (sl == nil || sl.kind == SlotText || sl.kind == SlotLocation) && hasDigit(t.folded) && bangla.HasNID(t.folded):
		return "nid_never"
	default:
		return ""
	}
}

// hasBangla reports a letter or sign of the Bangla block, U+0980 to U+09FF.
func hasBangla(folded string) bool {
	for i := 0; i+1 < len(folded); i++ {
		if folded[i] == 0xE0 && (folded[i+1] == 0xA6 || folded[i+1] == 0xA7) {
			return true
		}
	}
	return false
}

// refuse says why a message cannot be taken, and asks again.
func (t *turn) refuse(text string) {
	t.out.Missed = true
	t.addLead(t.c.texts[text])
	t.prompt()
}

// elsewhere looks whether a message that does not answer the question is meant
// for something else: a person, the menu, a case, another service.
func (t *turn) elsewhere(sl *slot) bool {
	if t.in.Kind != InputText || sl.kind == SlotText || sl.kind == SlotLocation {
		return false
	}
	if n, ok := bangla.CaseID(t.folded, false); ok {
		t.tellCase(n)
		return true
	}
	if p := t.c.lists.commands.longest(t.tokens()); p != nil {
		switch commandNames[p.target] {
		case commandAgent, commandCancel, commandLanguage, commandStatus:
			return t.command(commandNames[p.target])
		}
	}
	if p := t.c.lists.flows.whole(t.tokens()); p != nil && t.c.flows[p.target] != t.f {
		t.openFlow(t.c.flows[p.target], matched(p))
		return true
	}
	return !bangla.HasNID(t.folded) && t.meantElsewhere()
}

// Retries before help is offered.
const missesBeforeHelp = 3

// miss says that an input was not understood and asks again. The third time in a
// row an example, the way back and a person are offered.
func (t *turn) miss(r reading) {
	t.out.Missed = true
	t.s.Misses = min(t.s.Misses+1, 1000)
	if t.f == nil || t.s.Ask != "" {
		t.missElsewhere()
		return
	}
	if t.in.Kind == InputText && r.bad != "code_wrong" && bangla.HasNID(t.folded) {
		t.addLead(t.c.texts["nid_never"])
		t.prompt()
		return
	}
	sl := t.standing()
	t.fillBounds(sl)
	if t.s.Misses < missesBeforeHelp || r.bad != "" {
		t.addLead(t.missText(sl, r))
	}
	if t.s.Misses >= missesBeforeHelp {
		t.fills[fillExample] = t.renderPlain(sl.example)
		t.addLead(t.c.texts["stuck"])
	}
	t.prompt()
}

func (t *turn) missText(sl *slot, r reading) *text {
	switch {
	case t.in.Kind == InputOther:
		return t.c.texts["voice"]
	case r.bad != "":
		return t.c.texts[r.bad]
	default:
		return sl.bad
	}
}

// missElsewhere is a miss at the menu or at a question of the bot's own.
func (t *turn) missElsewhere() {
	if t.in.First {
		t.mainMenu("first words")
		return
	}
	if t.in.Kind == InputOther {
		t.addLead(t.c.texts["voice"])
		t.prompt()
		return
	}
	if t.f == nil && t.s.Misses >= 2 && t.atMenu() {
		t.s.Ask, t.s.Offer = askStuck, nil
		t.promptAsk()
		return
	}
	t.addLead(t.c.texts["unclear1"])
	t.prompt()
}

func (t *turn) fillBounds(sl *slot) {
	lo, hi := sl.min, sl.max
	if sl.kind == SlotChoice && !sl.several {
		lo, hi = 1, float64(len(sl.choices))
	}
	t.fills[fillMin] = t.c.digits(NumberValue(lo).String(), t.lang)
	t.fills[fillMax] = t.c.digits(NumberValue(hi).String(), t.lang)
	if sl.kind == SlotWard && t.c.wards != nil {
		t.fills[fillMax] = t.c.digits(NumberValue(float64(t.c.wards.Max())).String(), t.lang)
	}
}

// onOther answers what the bot cannot read. A sticker or a thumb on a question
// of yes or no means yes.
func (t *turn) onOther() {
	switch {
	case t.in.Payload == PayloadSticker && t.s.Ask != "" && !t.atMenu() && t.answerAsk():
	case t.in.Payload == PayloadSticker && t.f != nil && t.s.Ask == "":
		t.answer()
	default:
		t.miss(reading{})
	}
}
