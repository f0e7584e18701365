package flows

import "strings"

// What buttons send back. A payload says where it belongs:
//
//	drainage/ask_ward=unknown    an answer to a question of a flow
//	visit/ask_days=sat,mon       all the answers to a question that takes several; one alone is "sat,"
//	drainage/ask_photo=!skip     a command for that question only
//	ask/cancel=yes               an answer to a question of the bot's own
//	menu=drainage, menu=1        a line of the menu, or the menu of that number
//	command=back                 a command, from a page's fixed menu
const (
	payloadMenu    = "menu"
	payloadCommand = "command"
	payloadAsk     = "ask"
)

// PayloadSticker marks an InputOther as a sticker or a thumb: on a question of
// yes or no it means yes.
const PayloadSticker = "sticker"

// MenuPayload is what a button sends back that begins a flow, from wherever it
// stands: a page's fixed menu, a link.
func MenuPayload(flow string) string { return payloadMenu + "=" + flow }

// PicksPayload is what a form sends back for all boxes that were ticked under a
// question: one answer, after which no "done" is needed. It is empty unless the
// payloads are of one question.
func PicksPayload(payloads []string) string {
	joined, first := "", ""
	for i, p := range payloads {
		scope, value := splitPayload(p)
		if i == 0 {
			joined, first = scope+"=", scope
		}
		if scope != first || value == "" {
			return ""
		}
		joined += value + picksMark
	}
	if len(payloads) > 1 {
		joined = strings.TrimSuffix(joined, picksMark)
	}
	return joined
}

// picksMark stands between the answers of a PicksPayload.
const picksMark = ","

func payloadsOf(f *flow, st *state) payloads {
	p := payloads{prefix: f.id + "/" + st.name + "="}
	p.yes, p.no = p.prefix+"yes", p.prefix+"no"
	p.skip, p.done = p.prefix+"!skip", p.prefix+"!done"
	p.back, p.person = p.prefix+"!back", p.prefix+"!agent"
	p.unknown = p.prefix + commandUnknown
	if st.slot >= 0 {
		for _, c := range f.slots[st.slot].choices {
			p.choices = append(p.choices, p.prefix+c.id)
		}
	}
	return p
}

// onChoice answers a tapped button. One of an older question answers nothing:
// the standing question is put again.
func (t *turn) onChoice() {
	scope, value := splitPayload(t.in.Payload)
	switch {
	case scope == payloadMenu && value != "":
		t.tapMenu(value)
	case scope == payloadCommand:
		if !t.command(value) {
			t.oldButton()
		}
	case len(scope) > len(payloadAsk) && scope[:len(payloadAsk)+1] == payloadAsk+"/":
		t.tapAsk(scope[len(payloadAsk)+1:], value)
	case t.f != nil && t.in.Payload != "" && t.ofStanding(scope):
		t.tapState(value)
	case scope != t.in.Payload:
		t.oldButton()
	default:
		t.in.Kind = InputText
		t.onText()
	}
}

func (t *turn) ofStanding(scope string) bool {
	prefix := t.state().payloads.prefix
	return len(prefix) == len(scope)+1 && prefix[:len(scope)] == scope
}

func (t *turn) tapAsk(ask, value string) {
	t.tapped = value
	if t.s.Ask != ask || !t.answerAsk() {
		t.oldButton()
	}
}

func (t *turn) tapState(value string) {
	t.s.Ask, t.s.Offer = "", nil
	if len(value) > 1 && value[0] == '!' {
		if !t.command(value[1:]) {
			t.oldButton()
		}
		return
	}
	t.tapped = value
	t.answer()
}

func (t *turn) oldButton() {
	t.tapped = ""
	t.addLead(t.c.texts["old_button"])
	t.move(t.s.State, t.s.State, "", "a button of an older question")
	if t.f == nil && t.s.Parked != nil && t.s.Ask == "" {
		t.s.Ask = askResume
	}
	t.prompt()
}
