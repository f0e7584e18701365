package flows

import (
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// A notice that a case is resolved can ask whether it is. It is asked where the
// answer can be told from others: in the person's own conversation, while
// nothing was heard since. There a number, a word or a button answers it, in
// the middle of a dialogue too. Elsewhere the notice says how to object.
//
//	resolved:
//	  text: …
//	  fixed:
//	    ask: {bn: কাজটি কি ঠিক হয়েছে?, en: Is it fixed?}
//	    yes: {bn: ঠিক হয়েছে, en: Fixed}
//	    no: {bn: হয়নি, en: Not fixed}
//	    thanks: {bn: ধন্যবাদ।, en: Thank you.}    # to who says yes
//	    flow: not_fixed                          # where who says no goes on; it begins with "lookup: resolved"
//	    otherwise: {bn: "ঠিক না হলে লিখুন: কাজ হয়নি", en: "If it is not, write: not fixed"}

// payloadFixed begins what the buttons send back: "fixed/10001=yes".
const payloadFixed = "fixed"

// fixed is the question whether a case is resolved as its notice says.
type fixed struct {
	ask, yes, no, thanks, otherwise *text
	flow                            int
	slot                            int // of the flow: the number of the case
}

// Confirm notes that the person says a resolved case is resolved.
type Confirm struct{ Number int64 }

func (Confirm) effect() {}

// AskFixed notes in a session that its person was asked whether a case is
// fixed. It is the last thing that was said to them.
func (s *Session) AskFixed(number int64) { s.Fixed = number }

// askFixed puts the question under the text of a notice, or how to object.
func (c *Catalog) askFixed(said *Notice, f NoticeFacts, lang int, face Face) {
	q := c.notices.fixed
	if f.Event != NoticeResolved || q == nil {
		return
	}
	if !f.Answerable {
		said.Text += "\n" + c.say(q.otherwise, lang, face, nil)
		return
	}
	said.Asks = true
	said.Text += "\n" + c.say(q.ask, lang, face, nil)
	yes, no := c.say(q.yes, lang, face, nil), c.say(q.no, lang, face, nil)
	if face.Buttons {
		scope := payloadFixed + "/" + strconv.FormatInt(f.Number, 10) + "="
		said.Choices = []Choice{{Title: yes, Payload: scope + "yes"}, {Title: no, Payload: scope + "no"}}
		return
	}
	said.Text += " " + c.digits("1", lang) + " " + yes + " " + c.digits("2", lang) + " " + no
}

// answersFixed takes the answer to the question. What is no answer goes on
// without it, and the question is over.
func (t *turn) answersFixed() bool {
	if !t.heard() {
		return false
	}
	number, q := t.s.Fixed, t.c.notices.fixed
	t.s.Fixed = 0
	if q == nil || t.in.Owner != OwnerBot && t.in.Owner != "" {
		return false
	}
	var answer bangla.Answer
	switch t.in.Kind {
	case InputText:
		if number != 0 {
			answer = t.fixedIn(q, t.folded)
		}
	case InputChoice:
		scope, value := splitPayload(t.in.Payload)
		of, ok := strings.CutPrefix(scope, payloadFixed+"/")
		if n, err := strconv.ParseInt(of, 10, 64); ok && err == nil && n > 0 {
			number, answer = n, bangla.YesNo(value)
		}
	}
	switch answer {
	case bangla.Yes:
		t.effect(Confirm{Number: number})
		t.thank(q)
	case bangla.No:
		t.notFixed(q, number)
	default:
		return false
	}
	return true
}

// fixedIn reads the answer in words: its number, its title, yes or no.
func (t *turn) fixedIn(q *fixed, folded string) bangla.Answer {
	if n, ok := bangla.Pick(folded, 2); ok && n > 0 {
		return []bangla.Answer{bangla.Yes, bangla.No}[n-1]
	}
	for i := range t.c.codes {
		switch folded {
		case bangla.Fold(t.c.say(q.yes, i, t.in.Face, nil)):
			return bangla.Yes
		case bangla.Fold(t.c.say(q.no, i, t.in.Face, nil)):
			return bangla.No
		}
	}
	return bangla.YesNo(folded)
}

// thank answers who says that it is fixed, and puts the dialogue's question
// again where one stands.
func (t *turn) thank(q *fixed) {
	t.move(t.s.State, t.s.State, "", "said that the case is fixed")
	if t.f == nil && t.s.Ask == "" {
		t.sayAs(Receipt, q.thanks)
		return
	}
	t.addLead(q.thanks)
	t.prompt()
}

// notFixed goes on where a case is opened again. A dialogue that was open is
// kept, to be taken up again.
func (t *turn) notFixed(q *fixed, number int64) {
	f := t.c.flows[q.flow]
	t.setAside("said that the case is not fixed")
	t.begin(f, "said that the case is not fixed", Answer{Slot: f.slots[q.slot].name, Value: NumberValue(float64(number))})
}

// compileFixed resolves the question.
func (k *compiler) compileFixed(d *draftFixed) *fixed {
	if d == nil {
		return nil
	}
	label := func(x draftText, what string) *text {
		return k.text(x, scope{what: "the " + what + " of the question whether it is fixed"}, true)
	}
	q := &fixed{ask: label(d.ask, "text"), yes: label(d.yes, "yes"), no: label(d.no, "no"), thanks: label(d.thanks, "thanks"), otherwise: label(d.otherwise, "otherwise")}
	i, known := k.c.byFlow[d.flow.text]
	if !known {
		k.fail(d.flow.position, "there is no service %q%s", d.flow.text, suggest(d.flow.text, keys(k.c.byFlow)))
		return nil
	}
	first := &k.c.flows[i].states[0]
	if first.kind != stateLookup || first.within == 0 {
		k.fail(d.flow.position, "the service %q must begin with “lookup: resolved”, so that it knows which case is meant", d.flow.text)
		return nil
	}
	q.flow, q.slot = i, first.slot
	return q
}
