package flows

import (
	"strings"

	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
)

// maxShown is how long an answer may be within an SMS, in UTF-16 units: a long
// place must not push a confirmation into a second one.
const maxShown = 20

// say says a text. A nil text says nothing.
func (t *turn) say(x *text) { t.sayAs(Prompt, x) }

func (t *turn) sayAs(kind MessageKind, x *text) {
	if x == nil {
		return
	}
	t.emit(Message{Text: t.withLead(t.render(x)), Kind: kind})
}

// sayFirst says a text right before the next question, in the same message.
func (t *turn) sayFirst(x *text) { t.addLead(x); t.prompt() }

func (t *turn) emit(m Message) {
	if m.Text != "" && len(t.out.Messages) < maxMessages {
		t.out.Messages = append(t.out.Messages, m)
	}
}

// addLead puts a text at the head of the next message.
func (t *turn) addLead(x *text) {
	if line := t.render(x); line != "" {
		t.lead = t.withLead(line)
	}
}

// withLead is s with the lead above it. By SMS a lead goes ahead on its own where
// both together would be longer than one message may be.
func (t *turn) withLead(s string) string {
	if t.lead == "" {
		return s
	}
	joined := t.lead + "\n" + s
	if t.in.Face.Short && gsm.Segments(gsm.OneLetter(joined)).Segments > maxSegments {
		t.flushLead()
		return s
	}
	t.lead = ""
	return joined
}

// flushLead says a lead that no message took up.
func (t *turn) flushLead() {
	if t.lead != "" {
		lead := t.lead
		t.lead = ""
		t.emit(Message{Text: lead, Kind: Prompt})
	}
}

// prompt puts the question that stands: the bot's own, the flow's, or the menu.
func (t *turn) prompt() {
	switch {
	case t.s.Ask != "" && !t.atMenu():
		t.promptAsk()
	case t.f != nil:
		t.promptState()
	default:
		t.promptMenu()
	}
}

// promptState puts the question of the standing state.
func (t *turn) promptState() {
	st, sl := t.state(), t.standing()
	options := t.options[:0]
	if sl.do.options != nil {
		options = sl.do.options(t, sl, options)
	}
	switch v, _ := t.s.Answer(sl.name); {
	case len(v.List) > 0 && (sl.kind == SlotPhoto || sl.several):
		options = append(options, option{t.c.buttons["done"][t.lang], st.payloads.done, -1})
	case sl.optional:
		options = append(options, option{t.c.buttons["skip"][t.lang], st.payloads.skip, -1})
	}
	if t.s.Misses >= missesBeforeHelp {
		options = append(options,
			option{t.c.buttons["back"][t.lang], st.payloads.back, -1},
			option{t.c.buttons["person"][t.lang], st.payloads.person, -1})
	}
	t.fillBounds(sl)
	t.question(t.questionText(st, sl), options, wants(sl.kind))
}

// questionText is the state's text; the usual question for a place asks for a
// pin where one can be sent.
func (t *turn) questionText(st *state, sl *slot) *text {
	if sl.kind == SlotLocation && t.in.Face.Location && st.text == t.c.texts["ask_place"] {
		return t.c.texts["ask_place_pin"]
	}
	return st.text
}

// wants are the slot types a channel may have its own way for.
func wants(kind SlotType) SlotType {
	switch kind {
	case SlotPhoto, SlotLocation, SlotPhone, SlotDate:
		return kind
	default:
		return ""
	}
}

// question says a text with what can be picked: as buttons, or as numbered lines
// where the text does not count them itself.
func (t *turn) question(x *text, options []option, want SlotType) {
	form := x.form(t.lang, t.in.Face)
	m := Message{Text: t.renderForm(form), Kind: Prompt, Wants: want}
	if t.in.Face.Buttons {
		m.Choices = t.choices(options)
	} else {
		m.Text = t.numbered(m.Text, form, options)
	}
	if t.f != nil && t.s.Ask == "" && t.standing().optional && !form.skips && !t.in.Face.Buttons {
		m.Text += "\n" + t.renderPlain(t.c.texts["skip_hint"])
	}
	m.Text = t.withLead(m.Text)
	t.emit(m)
}

func (t *turn) choices(options []option) []Choice {
	n := len(options)
	if most := t.in.Face.MaxChoices; most > 0 && n > most {
		n = most
	}
	if n == 0 {
		return nil
	}
	list := make([]Choice, n)
	for i := range list {
		list[i] = Choice{Title: options[i].title, Payload: options[i].payload}
	}
	return list
}

// numbered adds a line for every option that is counted.
func (t *turn) numbered(s string, form *template, options []option) string {
	counted := 0
	for _, o := range options {
		if o.number > 0 {
			counted++
		}
	}
	if form.counted >= counted && counted > 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s)
	for _, o := range options {
		if o.number >= 0 {
			b.WriteByte('\n')
			b.WriteString(t.c.digits(digitWord(o.number), t.lang))
			b.WriteByte(' ')
			b.WriteString(o.title)
		}
	}
	return b.String()
}

// render fills in a text as the channel shows it.
func (t *turn) render(x *text) string { return t.renderForm(x.form(t.lang, t.in.Face)) }

// renderPlain is render for a text that stands within another.
func (t *turn) renderPlain(x *text) string {
	if x == nil {
		return ""
	}
	return t.render(x)
}

func (t *turn) renderForm(x *template) string {
	if len(x.parts) == 1 && x.parts[0].slot < 0 && x.parts[0].fill == fillNone {
		return x.parts[0].words
	}
	b := make([]byte, 0, 256)
	for i := range x.parts {
		p := &x.parts[i]
		b = append(b, p.words...)
		switch {
		case p.slot >= 0:
			b = append(b, t.shown(p.slot)...)
		case p.fill == fillRow:
			b = append(b, t.rowShown(p.row)...)
		case p.fill == fillSummary:
			b = t.appendSummary(b)
		case p.fill != fillNone:
			b = append(b, t.fills[p.fill]...)
		}
	}
	return string(b)
}

// shown is an answer as a text mentions it.
func (t *turn) shown(i int) string {
	if t.f == nil || i >= len(t.f.slots) {
		return ""
	}
	sl := &t.f.slots[i]
	v, ok := t.s.Answer(sl.name)
	if !ok || v.Shape == Nothing {
		return ""
	}
	s := sl.do.show(t, sl, v)
	if t.in.Face.Short && (sl.kind == SlotText || sl.kind == SlotLocation) {
		s, _ = bangla.Graphemes(strings.ReplaceAll(s, "\n", " "), maxShown)
		s = strings.TrimRight(s, " ")
	}
	return s
}

// appendSummary lists the answers, a line each, in the order of the slots.
func (t *turn) appendSummary(b []byte) []byte {
	first := true
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		if sl.kind == SlotConfirm {
			continue
		}
		shown := t.shown(i)
		if shown == "" {
			continue
		}
		if !first {
			b = append(b, '\n')
		}
		first = false
		b = append(b, sl.label[t.lang]...)
		b = append(b, ": "...)
		b = append(b, shown...)
	}
	return b
}
