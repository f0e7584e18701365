package flows

import (
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// maxOffered bounds the words that are kept with an offer, in bytes.
const maxOffered = 600

// ownWords acts upon a message at the menu in the person's own words. False means that it was not understood.
func (t *turn) ownWords() bool {
	d := t.c.decide(t.folded, t.tokens())
	why := d.why
	if why == "" {
		why = t.c.why(&d.weighed, t.folded)
	}
	switch d.decision {
	case DecideDanger:
		t.alarm(d.aim.index, "danger: "+why)
	case DecideCommand:
		return t.meantCommand(&d)
	case DecideRedirect:
		t.move("", "", "", why)
		t.say(t.c.redirects[d.aim.index].text)
	case DecideOffer:
		if t.s.Parked != nil {
			return false // what was left half-way is offered first
		}
		t.offer(d.offers, why)
	case DecideGo:
		if d.aim.kind == aimTalk {
			return t.talk(d.aim.index, why)
		}
		t.goTo(d.aim, why)
	default:
		return false
	}
	return true
}

// meantCommand obeys a command that was not said as one word.
func (t *turn) meantCommand(d *decided) bool {
	if d.language >= 0 {
		t.setLanguage(d.language)
		return true
	}
	if d.aim.kind == aimFlow {
		t.goTo(d.aim, d.why)
		return true
	}
	return t.command(commandNames[d.aim.index])
}

// goTo begins a service; the news of a report and a person have ways of their own.
func (t *turn) goTo(a aim, why string) {
	switch a.id {
	case FlowAgent:
		t.agent()
	case FlowStatus:
		t.status()
	default:
		t.openFlow(t.c.flows[a.index], why)
	}
}

// offer asks which of the likeliest services is meant. Offer holds what is offered and, last, the words themselves,
// so that what they say is not asked again.
func (t *turn) offer(list []aim, why string) {
	t.move("", "", "", "offered, "+why)
	offer := make([]string, 0, len(list)+1)
	for _, a := range list {
		offer = append(offer, t.c.offerID(a))
	}
	t.s.Ask, t.s.Offer = askOffer, append(offer, clip(t.text, maxOffered))
	t.promptAsk()
}

// What begins a redirect's name and a danger's place in an offer.
const (
	redirectMark = "redirect "
	dangerMark   = "danger "
)

func (c *Catalog) offerID(a aim) string {
	switch a.kind {
	case aimRedirect:
		return redirectMark + c.redirects[a.index].name
	case aimDanger:
		return dangerMark + strconv.Itoa(a.index)
	}
	return c.flows[a.index].id
}

// offered is what an offer names, in the catalogue of today.
func (c *Catalog) offered(id string) (aim, bool) {
	if name, ok := strings.CutPrefix(id, redirectMark); ok {
		for i := range c.redirects {
			if c.redirects[i].name == name {
				return aim{aimRedirect, i, c.redirects[i].id}, true
			}
		}
		return aim{}, false
	}
	if place, ok := strings.CutPrefix(id, dangerMark); ok {
		i, err := strconv.Atoi(place)
		return aim{aimDanger, i, intentEmergency}, err == nil && i >= 0 && i < len(c.dangers) && c.buttons[buttonDanger] != nil
	}
	if f := c.byFlowID(id); f != nil {
		return aim{aimFlow, f.index, f.id}, true
	}
	return aim{}, false
}

func (c *Catalog) offerTitle(a aim, lang int) string {
	switch a.kind {
	case aimRedirect:
		return c.redirects[a.index].title[lang]
	case aimDanger:
		return c.buttons[buttonDanger][lang]
	}
	return c.flows[a.index].title[lang]
}

// promptOffer asks which service is meant.
func (t *turn) promptOffer() {
	options := make([]option, 0, len(t.s.Offer))
	for i, id := range t.s.Offer[:max(0, len(t.s.Offer)-1)] {
		a, ok := t.c.offered(id)
		if !ok || i >= maxWardOffers {
			t.mainMenu("what was offered is gone")
			return
		}
		options = append(options, option{t.c.offerTitle(a, t.lang), payloadAsk + "/" + askOffer + "=" + id, i + 1})
	}
	if len(options) == 0 {
		t.mainMenu("nothing to offer")
		return
	}
	options = append(options, t.ownOption("other", len(options)+1, "other"))
	t.question(t.c.texts["offer"], options, "")
}

// answerOffer takes one of what was offered, with the words that led to it.
func (t *turn) answerOffer() bool {
	n := len(t.s.Offer) - 1
	if n < 1 {
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	yes := n == 1 && t.tapped == "" && t.in.Kind == InputText
	answer := bangla.Unclear
	if yes {
		answer = bangla.YesNo(t.folded)
	}
	i, ok := t.picked(n+1, func(i int) string { return append(t.s.Offer[:n:n], "other")[i] })
	if !ok && t.tapped == "" {
		i, ok = t.titled(t.s.Offer[:n])
	}
	switch {
	case ok && i == n || answer == bangla.No:
		t.mainMenu("something else")
	case ok || answer == bangla.Yes:
		t.take(t.s.Offer[max(i, 0)], t.s.Offer[n])
	default:
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	return true
}

// titled is which of the offers was named by its whole title.
func (t *turn) titled(offers []string) (int, bool) {
	for i, id := range offers {
		if a, ok := t.c.offered(id); ok && bangla.Fold(t.c.offerTitle(a, t.lang)) == t.folded {
			return i, true
		}
	}
	return 0, false
}

// take goes to what was offered; words are those it was offered for.
func (t *turn) take(id, words string) {
	a, ok := t.c.offered(id)
	t.s.Ask, t.s.Offer = "", nil
	if !ok {
		t.mainMenu("what was offered is gone")
		return
	}
	t.text = words
	t.folded, t.words, t.told = bangla.Fold(words), nil, true
	switch a.kind {
	case aimRedirect:
		t.move("", "", "", "chose "+id)
		t.say(t.c.redirects[a.index].text)
		return
	case aimDanger:
		t.alarm(a.index, "chose danger")
		return
	}
	t.goTo(a, "chose "+id)
}

// meantElsewhere looks whether a message that does not answer the standing question is plainly about something else.
// Another service is asked back first; what needs no other dialogue is answered on the spot.
func (t *turn) meantElsewhere() bool {
	if n := len(t.tokens()); n < 2 || n < placeWords && t.standing().kind == SlotWard {
		return false
	}
	d := t.c.decide(t.folded, t.tokens())
	why := d.why
	if why == "" {
		why = t.c.why(&d.weighed, t.folded)
	}
	switch {
	case d.decision == DecideDanger:
		t.alarm(d.aim.index, "danger: "+why)
	case (d.decision == DecideRedirect || d.aim.kind == aimFlow) && !t.worthLeaving(&d):
		return false
	case d.aim.soft() && d.share < sureShare:
		return false
	case d.decision == DecideRedirect:
		t.beside(t.c.redirects[d.aim.index].text, why)
	case d.decision == DecideCommand && d.aim.kind == aimCommand:
		return t.meantCommand(&d)
	case d.decision == DecideGo && d.aim.kind == aimTalk:
		t.beside(t.c.talk[d.aim.index].text, why)
	case d.decision != DecideGo || d.aim.kind != aimFlow:
		return false
	case d.aim.id == FlowAgent || d.aim.id == FlowStatus:
		t.goTo(d.aim, why)
	case t.c.flows[d.aim.index] == t.f:
		return false
	default:
		t.move(t.s.State, t.s.State, "", "another service? "+why)
		t.s.Ask, t.s.Offer = askSwitch, []string{t.c.flows[d.aim.index].id, clip(t.text, maxOffered)}
		t.promptAsk()
	}
	return true
}

// worthLeaving reports that a message is so plainly about another service that it is worth asking.
func (t *turn) worthLeaving(d *decided) bool {
	return d.share >= switchShare && (d.weighed.word != nil || d.share == 1 || len(t.tokens()) >= switchWords)
}

// beside says something that the standing dialogue has nothing to do with, and asks again.
func (t *turn) beside(x *text, why string) {
	t.move(t.s.State, t.s.State, "", why)
	t.addLead(x)
	t.prompt()
}

// promptSwitch asks whether the dialogue is to be left for another.
func (t *turn) promptSwitch() {
	if len(t.s.Offer) == 2 && t.f != nil {
		if a, ok := t.c.offered(t.s.Offer[0]); ok && a.kind == aimFlow {
			t.fills[fillService] = t.c.flows[a.index].title[t.lang]
			t.question(t.c.texts["switch"], t.yesNo("yes", "no"), "")
			return
		}
	}
	t.s.Ask, t.s.Offer = "", nil
	t.prompt()
}

// answerSwitch leaves the dialogue for the other, which can be taken up again, or goes on with it.
func (t *turn) answerSwitch() bool {
	yes, ok := t.yesOrNo()
	if len(t.s.Offer) != 2 || !ok {
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	if yes {
		t.take(t.s.Offer[0], t.s.Offer[1])
		return true
	}
	t.s.Ask, t.s.Offer = "", nil
	t.prompt()
	return true
}
