package flows

import (
	"slices"
	"strings"

	"nagorik/flows/bangla"
	"nagorik/flows/intent"
)

// How sure is sure. The shares were chosen on sentences that no model had seen.
const (
	sureShare   = 0.8  // go there
	wordShare   = 0.75 // go there, when a word of its own was found too
	softShare   = 0.4  // a greeting, the menu, cancel: taken wrongly, it costs no more than the menu that is shown else
	offerShare  = 0.25 // the likeliest two together: offer them
	offerLeast  = 0.13 // the likeliest of them
	offerAlone  = 0.40 // the same, of a message of one word
	switchShare = 0.85 // leave a dialogue for it, after asking
	switchWords = 3    // of a message that names no word of the other service
	placeWords  = 4    // of a message where a ward is asked: "beside the park" is an answer of sorts
	dangerShare = 0.7  // take it for danger, where no word of danger was found
	harmedShare = 0.85 // the same, where a word makes it harmless that is listed for that
	innerShare  = 0.9  // take an answer in the middle of a dialogue for danger
	askedShare  = 0.2  // ask whether somebody is in danger
	likelyAlarm = 0.4  // with so much of danger in it, go nowhere without asking
	leastRest   = 0.05 // of a message that is not danger all the same
	dangerWords = 3    // of such a message
	innerWords  = 4    // of such an answer
	knownLeast  = 0.34 // of a message's words, so many must be known
)

// How much a word that is listed says for its owner, beside what the examples say.
const (
	boostWord = 0.5
	boostMore = 0.6
	boostNone = -0.4 // against what nobody can answer, of which there are more examples than of anything else
	boostTalk = -2.5 // against a greeting, where there is more to the message
	talkMore  = 3    // words beside a greeting that are no matter of their own
)

// weighed is what a message is about, as far as words and examples tell.
type weighed struct {
	first, second aim     // apart from danger
	share         float32 // of the first
	next          float32 // of the second
	danger        aim     // the likeliest danger
	alarm         float32 // share of all danger
	word          *phrase // listed for the first
	unsure        bool    // too little of the message is known
}

// finds are the listed phrases in a message.
type finds struct{ service, command, talk, redirect *phrase }

func (c *Catalog) find(message []token) finds {
	f := finds{
		service: c.lists.flows.longest(message), command: c.lists.commands.longest(message),
		talk: c.lists.talk.longest(message), redirect: c.lists.redirects.longest(message),
	}
	if f.command != nil && !searched(commandNames[f.command.target]) {
		f.command = nil
	}
	return f
}

// searched are the commands that are also heard within a sentence.
func searched(name string) bool {
	switch name {
	case commandMenu, commandAgent, commandStatus, commandLanguage:
		return true
	default:
		return false
	}
}

// weigh tells what a message is about: listed words speak for their owner, and
// the model for the rest.
func (c *Catalog) weigh(folded string, message []token) weighed {
	f := c.find(message)
	model := c.model()
	if model == nil {
		return c.byWords(f, message)
	}
	room := [5]intent.Boost{}
	boosts := room[:0]
	for _, x := range []struct {
		p *phrase
		a aim
	}{
		{f.service, c.aimOf(aimFlow, f.service)},
		{f.command, c.aimOf(aimCommand, f.command)},
		{f.redirect, c.aimOf(aimRedirect, f.redirect)},
	} {
		if x.p != nil {
			boosts = append(boosts, intent.Boost{Label: x.a.label(), By: boostWord + boostMore*float32(len(x.p.tokens)-1)})
		}
	}
	if f.talk != nil && (len(boosts) > 0 || len(message) > len(f.talk.tokens)+talkMore) {
		boosts = append(boosts, intent.Boost{Label: c.aimOf(aimTalk, f.talk).label(), By: boostTalk})
	}
	boosts = append(boosts, intent.Boost{Label: aim{kind: aimNothing}.label(), By: boostNone})
	r := model.Classify(folded, boosts...)
	return c.judge(r, f)
}

// aimOf is whom a listed phrase belongs to.
func (c *Catalog) aimOf(kind aimKind, p *phrase) aim {
	switch {
	case p == nil:
		return aim{}
	case kind == aimFlow:
		return c.flowAim(p.target)
	case kind == aimCommand:
		return c.commandAim(p.target)
	case kind == aimTalk:
		return aim{aimTalk, p.target, c.talk[p.target].id}
	default:
		return aim{aimRedirect, p.target, c.redirects[p.target].id}
	}
}

// judge turns a reading into aims.
func (c *Catalog) judge(r intent.Reading, f finds) weighed {
	w := weighed{}
	if len(r.Ranked) == 0 {
		return w
	}
	for _, x := range r.Ranked {
		switch a := c.aims[x.Label]; {
		case a.kind == aimDanger:
			w.alarm += x.Share
			if w.danger.id == "" {
				w.danger = a
			}
		case w.first.id == "":
			w.first, w.share = a, x.Share
		case w.second.id == "":
			w.second, w.next = a, x.Share
		}
	}
	for _, x := range []struct {
		p *phrase
		a aim
	}{
		{f.service, c.aimOf(aimFlow, f.service)},
		{f.command, c.aimOf(aimCommand, f.command)},
		{f.redirect, c.aimOf(aimRedirect, f.redirect)},
		{f.talk, c.aimOf(aimTalk, f.talk)},
	} {
		if x.p != nil && x.a == w.first {
			w.word = x.p
		}
	}
	w.unsure = r.Known < knownLeast && w.word == nil
	return w
}

// byWords decides by listed words alone, where there is no example to learn from: the longest wins, and people and
// news of a report go before a service of equal length.
func (c *Catalog) byWords(f finds, message []token) weighed {
	best, kind := f.command, aimCommand
	for _, x := range []struct {
		p    *phrase
		kind aimKind
	}{{f.service, aimFlow}, {f.redirect, aimRedirect}} {
		if x.p != nil && (best == nil || len(x.p.tokens) > len(best.tokens)) {
			best, kind = x.p, x.kind
		}
	}
	if best == nil && f.talk != nil && len(message) <= len(f.talk.tokens)+talkMore {
		best, kind = f.talk, aimTalk
	}
	if best == nil {
		return weighed{}
	}
	return weighed{first: c.aimOf(kind, best), share: 1, word: best}
}

// withoutDanger shares out among the rest what danger had, where it is not danger.
func (w *weighed) withoutDanger() {
	if rest := 1 - w.alarm; rest > leastRest {
		w.share, w.next = w.share/rest, w.next/rest
	}
}

// sure reports that the first aim is meant.
func (w *weighed) sure() bool {
	switch {
	case w.unsure || w.first.kind == aimNothing || w.alarm > likelyAlarm:
		return false
	case w.first.soft():
		return w.share >= softShare
	default:
		return w.share >= sureShare || w.word != nil && w.share >= wordShare
	}
}

// soft aims are answered even when they are hardly likelier than others.
func (a aim) soft() bool {
	if a.kind == aimCommand {
		return commandNames[a.index] == commandMenu || commandNames[a.index] == commandCancel
	}
	return a.kind == aimTalk
}

// offers are the services that are worth asking back.
func (w *weighed) offers(words int) []aim {
	if words < 2 && w.share < offerAlone {
		return nil
	}
	if w.unsure || w.first.kind == aimNothing || w.share < offerLeast || w.share+w.next < offerShare {
		return nil
	}
	var list []aim
	for _, a := range []aim{w.first, w.second} {
		if a.kind == aimFlow || a.kind == aimRedirect {
			list = append(list, a)
		}
	}
	return list
}

// why says in plain words what decided.
func (c *Catalog) why(w *weighed, folded string) string {
	if w.word != nil && w.share >= wordShare {
		return matched(w.word)
	}
	model := c.model()
	if model == nil || w.first.id == "" {
		return "nothing known in it"
	}
	words := model.Reasons(w.first.label(), folded, 3)
	if len(words) == 0 {
		return "nothing known in it"
	}
	return "like the examples of " + c.nameOf(w.first) + `: "` + strings.Join(words, `", "`) + `"`
}

// nameOf is what an aim is called in flows.yaml.
func (c *Catalog) nameOf(a aim) string {
	switch a.kind {
	case aimCommand:
		return "the command " + commandNames[a.index]
	case aimRedirect:
		return "the redirect " + c.redirects[a.index].name
	case aimNothing:
		return "off_topic"
	default:
		return a.id
	}
}

// likeDanger is the danger that a message is like, -1 for none.
func (c *Catalog) likeDanger(w *weighed, message []token) int {
	if !w.alarming(dangerShare, message) || w.alarm < harmedShare && c.harmlessIn(message) {
		return -1
	}
	return w.danger.index
}

// maybeDanger reports that a message is so much like danger that it is worth asking.
func (c *Catalog) maybeDanger(w *weighed, message []token) bool {
	return c.buttons[buttonDanger] != nil && w.alarming(askedShare, message) && (w.alarm >= dangerShare || !c.harmlessIn(message))
}

// alarming reports that at least so much of a message is danger, and enough of it known.
func (w *weighed) alarming(least float32, message []token) bool {
	return w.danger.kind == aimDanger && w.alarm >= least && !w.unsure && len(message) >= dangerWords
}

// harmlessIn reports a word that is listed to make danger harmless.
func (c *Catalog) harmlessIn(message []token) bool {
	return slices.ContainsFunc(c.harmless, func(list []phrase) bool { return anyOf(list, message) })
}

// caseNumber is the case that a message at the menu names: a bare number, "#10234" or "status 10234".
func caseNumber(folded string) (int64, bool) {
	if !hasDigit(folded) {
		return 0, false
	}
	n, ok := bangla.CaseID(folded, true)
	if !ok {
		return 0, false
	}
	if bare, isNumber := bangla.Pick(folded, 99); n < firstCase && isNumber && int64(bare) == n {
		return 0, false
	}
	if _, explicit := bangla.CaseID(folded, false); n < firstCase && !explicit {
		return 0, false
	}
	return n, true
}
