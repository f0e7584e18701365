package flows

import (
	"math"
	"slices"
	"strconv"

	"nagorik/flows/bangla"
)

// Decision is what follows from a message in one's own words.
type Decision string

// The decisions.
const (
	DecideGo       Decision = "go"       // it is clear what is meant
	DecideOffer    Decision = "offer"    // one or two services are likely: ask which
	DecideMenu     Decision = "menu"     // it is not clear: show the menu
	DecideCommand  Decision = "command"  // a word that is understood everywhere
	DecideDanger   Decision = "danger"   // the emergency line, and an alert at the desk
	DecideRedirect Decision = "redirect" // another office's matter: its number
)

// Understanding is what a message is taken for at the menu, and why.
type Understanding struct {
	Text       string            `json:"text"`
	Intent     string            `json:"intent"` // the id of a service or command, or one of domain.md §6.7
	Decision   Decision          `json:"decision"`
	Confidence float64           `json:"confidence"` // 0 to 1
	Slots      map[string]string `json:"slots"`      // answers that were said with it
	Why        string            `json:"why"`
}

// decided is a decision with its aim.
type decided struct {
	decision Decision
	aim      aim
	offers   []aim
	language int // of a language command; -1 for none named
	share    float32
	weighed  weighed
	why      string // empty: ask Catalog.why
}

// decide tells what follows from a message at the menu that is no number, no line of the menu and no word of danger.
func (c *Catalog) decide(folded string, message []token) decided {
	d := decided{decision: DecideMenu, aim: aim{id: intentUnknown}, language: -1}
	if p := c.lists.commands.meant(message); p != nil && folded != "0" && meansSomething(commandNames[p.target]) {
		d.decision, d.aim, d.share, d.why = DecideCommand, c.commandAim(p.target), 1, matched(p)
		return d
	}
	if p := c.languageNamed(message); p != nil {
		d.decision, d.aim, d.language = DecideCommand, c.commandAim(indexOf(commandNames, commandLanguage)), p.target
		d.share, d.why = 1, matched(p)
		return d
	}
	if a, p := c.listed(message); p != nil {
		d.decision, d.aim, d.share, d.why = decisionFor(a), a, 1, matched(p)
		return d
	}
	w := c.weigh(folded, message)
	d.weighed, d.share = w, w.share
	if i := c.likeDanger(&w, message); i >= 0 {
		w.first, w.share, w.word = w.danger, w.alarm, nil
		d.weighed, d.share = w, w.share
		d.decision, d.aim = DecideDanger, aim{aimDanger, i, intentEmergency}
		return d
	}
	w.withoutDanger()
	d.weighed, d.share = w, w.share
	switch {
	case w.sure():
		d.aim, d.decision = w.first, decisionFor(w.first)
		if p := c.languageWanted(message); p != nil && w.first.id == intentLanguage {
			d.language = p.target
		}
	default:
		d.offer(w.offers(len(message)))
		if c.maybeDanger(&w, message) {
			d.offer(append([]aim{w.danger}, d.offers...))
		}
	}
	return d
}

// offer asks back, where there is something to ask. What is offered beside danger is what the message is taken for.
func (d *decided) offer(list []aim) {
	if len(list) == 0 {
		return
	}
	d.decision, d.offers, d.aim = DecideOffer, list, list[0]
	if d.aim.kind == aimDanger && len(list) > 1 {
		d.aim = list[1]
	}
}

// listed is whose word or phrase the whole message is, courtesies apart.
func (c *Catalog) listed(message []token) (aim, *phrase) {
	for _, x := range []struct {
		list *phrases
		kind aimKind
	}{{&c.lists.flows, aimFlow}, {&c.lists.redirects, aimRedirect}, {&c.lists.talk, aimTalk}} {
		if p := x.list.meant(message); p != nil {
			return c.aimOf(x.kind, p), p
		}
	}
	return aim{}, nil
}

// meansSomething reports a command that says something at the menu too.
func meansSomething(name string) bool {
	switch name {
	case commandSkip, commandDone, commandUnknown:
		return false
	default:
		return true
	}
}

func decisionFor(a aim) Decision {
	switch a.kind {
	case aimCommand:
		return DecideCommand
	case aimRedirect:
		return DecideRedirect
	case aimDanger:
		return DecideMenu
	default:
		return DecideGo
	}
}

// maxLanguageWords is how long a message can be that is only about the language.
const maxLanguageWords = 4

// languageNamed is the language that a short message asks for.
func (c *Catalog) languageNamed(message []token) *phrase {
	p := c.languageWanted(message)
	if p == nil || len(message) > maxLanguageWords {
		return nil
	}
	if f := c.find(message); f.service != nil || f.redirect != nil {
		return nil
	}
	return p
}

// languageWanted is the language that is named in a message; of several, the last that is not refused: "I don't read
// Bangla, use English".
func (c *Catalog) languageWanted(message []token) *phrase {
	wanted := c.lists.languages.longest(message)
	for i := range message {
		list := c.lists.languages.byFirst[message[i]]
		for j := range list {
			if p := &list[j]; p.within(message, i) && !refused(message, i, i+len(p.tokens)) {
				wanted = p
			}
		}
	}
	return wanted
}

// How far a word of refusal stands from what it refuses: in English before it, in Bangla after it.
const (
	refusedBefore = 2
	refusedAfter  = 3
)

var (
	refusesNext = wordSet("not no dont don't cant can't cannot never without")
	refusesLast = wordSet("না নাই নেই নারে পারিনা বুঝিনা জানিনা", "na nai nei parina bujhina janina")
)

// refused reports message[from:to] as something that is not wanted.
func refused(message []token, from, to int) bool {
	in := func(part []token, words map[token]struct{}) bool {
		return slices.ContainsFunc(part, func(t token) bool {
			_, ok := words[t]
			return ok
		})
	}
	return in(message[max(0, from-refusedBefore):from], refusesNext) || in(message[to:min(len(message), to+refusedAfter)], refusesLast)
}

// Understand tells what a message at the menu is taken for: exactly what Step would do with it.
func (c *Catalog) Understand(text string) Understanding {
	t := &turn{c: c, in: &Input{Kind: InputText, Text: text}}
	t.prepare()
	u := Understanding{Text: text, Slots: map[string]string{}}
	d := t.meaning()
	u.Intent, u.Decision, u.Why = d.aim.id, d.decision, d.why
	u.Confidence = math.Round(float64(d.share)*1000) / 1000
	if u.Why == "" {
		u.Why = c.why(&d.weighed, t.folded)
	}
	if d.decision == DecideMenu {
		u.Intent = intentUnknown
	}
	t.said(&d, u.Slots)
	return u
}

// meaning is decide with all that comes before it at the menu.
func (t *turn) meaning() decided {
	none := decided{decision: DecideMenu, aim: aim{id: intentUnknown}, language: -1}
	if p := t.c.dangerIn(t.folded, t.tokens()); p != nil {
		return decided{decision: DecideDanger, aim: aim{aimDanger, p.target, intentEmergency}, share: 1, why: p.matched(t.tokens()), language: -1}
	}
	if bad := t.unfit(nil); bad != "" {
		none.why = "text " + bad
		return none
	}
	if n, ok := caseNumber(t.folded); ok {
		a := t.c.commandAim(indexOf(commandNames, commandStatus))
		return decided{decision: decisionFor(a), aim: a, share: 1, why: "case number " + strconv.FormatInt(n, 10), language: -1}
	}
	if t.text == "" {
		none.why = "an empty message"
		return none
	}
	return t.c.decide(t.folded, t.tokens())
}

// said lists the answers that a message holds beside what it is about.
func (t *turn) said(d *decided, slots map[string]string) {
	if n, r := bangla.Ward(t.folded, false); r == bangla.OneWard {
		slots["ward"] = strconv.Itoa(n)
	}
	if n, ok := caseNumber(t.folded); ok {
		slots["case_id"] = strconv.FormatInt(n, 10)
	}
	if v, ok := bangla.Money(t.folded); ok && namesMoney(t.folded) {
		slots["amount"] = NumberValue(v).String()
	}
	if d.language >= 0 {
		slots["lang"] = t.c.codes[d.language]
	}
	if m, ok := t.areaNamed(); ok {
		slots["area"] = areaName(m, "en")
	}
	if d.aim.kind != aimFlow || d.decision != DecideGo {
		return
	}
	t.f, t.told = t.c.flows[d.aim.index], true
	t.prefill()
	for _, a := range t.s.Answers {
		slots[a.Slot] = bangla.Digits(a.Value.String()) // for programs, in either script
	}
}
