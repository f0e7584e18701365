package flows

import (
	"strings"

	"nagorik/flows/bangla"
)

// command obeys a word that is understood everywhere. False means that the word
// says nothing here, and the input is read as an answer.
func (t *turn) command(name string) bool {
	switch name {
	case commandMenu:
		t.mainMenu("asked for the menu")
	case commandBack:
		t.back("asked to go back")
	case commandSkip:
		return t.commandSkip()
	case commandCancel:
		t.cancel()
	case commandAgent:
		t.agent()
	case commandLanguage:
		t.s.Ask, t.s.Offer = askLanguage, nil
		t.promptAsk()
	case commandStatus:
		t.status()
	case commandHelp:
		t.addLead(t.c.texts["help"])
		t.prompt()
	case commandStart:
		t.mainMenu("asked to begin")
	case commandDone:
		return t.done()
	case commandUnknown:
		return t.notKnown()
	default:
		return false
	}
	return true
}

// languageWord switches when the message is the name of a language.
func (t *turn) languageWord() bool {
	p := t.c.lists.languages.meant(t.tokens())
	if p == nil {
		return false
	}
	t.setLanguage(p.target)
	return true
}

func (t *turn) setLanguage(i int) {
	t.lang, t.s.Language = i, t.c.codes[i]
	if t.s.Ask == askLanguage {
		t.s.Ask = ""
	}
	t.effect(SetLanguage{Language: t.c.codes[i]})
	t.addLead(t.c.texts["language_set"])
	t.prompt()
}

// back asks the last answered question again; before the first it shows the menu.
func (t *turn) back(why string) {
	switch {
	case t.f == nil:
		t.mainMenu(why)
	case t.s.Ask != "" || t.s.Change != "":
		if t.s.Change != "" && t.s.Ask == "" {
			t.s.State = t.s.Change
		}
		t.s.Ask, t.s.Offer, t.s.Change, t.s.Misses = "", nil, "", 0
		t.settle()
		t.prompt()
	case len(t.s.Trail) == 0:
		t.mainMenu(why)
	default:
		t.stepBack(why)
	}
}

func (t *turn) stepBack(why string) {
	last := len(t.s.Trail) - 1
	from, to := t.s.State, t.s.Trail[last]
	t.s.Trail = t.s.Trail[:last:last]
	if last == 0 {
		t.s.Trail = nil
	}
	t.s.State, t.s.Misses = to, 0
	t.settle()
	if t.settled {
		t.enter(0)
		return
	}
	t.s.drop(t.standing().name)
	t.move(from, to, "", why)
	t.prompt()
}

// commandSkip leaves the standing question out, where that is allowed.
func (t *turn) commandSkip() bool {
	if t.f == nil || t.s.Ask != "" {
		return false
	}
	sl := t.standing()
	if v, ok := t.s.Answer(sl.name); ok && len(v.List) > 0 && (sl.kind == SlotPhoto || sl.several) {
		return t.done()
	}
	if !sl.optional {
		t.miss(reading{bad: "not_skippable"})
		return true
	}
	t.skip("asked to skip")
	return true
}

func (t *turn) skip(why string) {
	t.addLead(t.c.texts["skipped"])
	t.accept(Value{}, why)
}

// done ends a question that takes several photos or choices.
func (t *turn) done() bool {
	if t.f == nil || t.s.Ask != "" {
		return false
	}
	sl := t.standing()
	if sl.kind != SlotPhoto && !sl.several {
		return false
	}
	v, _ := t.s.Answer(sl.name)
	switch {
	case sl.kind == SlotPhoto && len(v.List) == 0 && sl.optional:
		t.skip("no photo")
	case len(v.List) == 0 || sl.several && !sl.enough(len(v.List)):
		t.miss(reading{})
	default:
		t.accept(v, "that was all")
	}
	return true
}

// notKnown answers a ward question that allows it.
func (t *turn) notKnown() bool {
	if t.f == nil {
		return false
	}
	sl := t.standing()
	if sl.kind != SlotWard || !sl.unknown {
		return false
	}
	t.accept(NumberValue(0), "does not know the ward")
	return true
}

// cancel asks before it throws answers away; without any it just leaves.
func (t *turn) cancel() {
	switch {
	case t.s.Ask == askCancel:
		t.cancelled()
	case t.f != nil && (len(t.s.Trail) > 0 || len(t.s.Photos) > 0):
		t.s.Ask, t.s.Offer = askCancel, nil
		t.promptAsk()
	default:
		t.cancelled()
	}
}

func (t *turn) cancelled() {
	state := t.s.State
	t.move(state, "", "", "cancelled")
	if t.f == nil {
		t.s.Parked = nil
	}
	t.leave()
	t.say(t.c.texts["cancelled"])
}

// agent passes the conversation to people; the answers so far stay.
func (t *turn) agent() {
	if f := t.c.byFlowID(FlowAgent); t.f == nil && f != nil {
		t.begin(f, "asked for a person")
		return
	}
	reason := ReasonAsked
	if t.s.Misses >= missesBeforeHelp {
		reason = ReasonMissed
	}
	t.callPerson(reason)
}

// FlowAgent is the flow that "agent" begins at the menu, FlowStatus the one that
// "status" begins (names fixed by domain.md §6.7).
const (
	FlowAgent  = "human_agent"
	FlowStatus = "status"
)

func (t *turn) callPerson(reason HandoffReason) {
	t.s.Ask, t.s.Offer, t.s.Misses = "", nil, 0
	t.handOff(nil, "", reason, false)
}

// muted obeys STOP and START, whoever owns the conversation. A person who has
// sent STOP hears nothing until START, but for the line that may save a life.
func (t *turn) muted() bool {
	if !t.heard() {
		if t.in.Muted {
			t.out.Silence = "the person has sent STOP"
		}
		return t.in.Muted && t.in.Kind != InputExpire
	}
	if t.carried() {
		return true
	}
	typed := t.in.Kind == InputText
	word := ""
	if typed {
		word = t.wholeCommand()
	}
	switch {
	case word == commandStop:
		t.stop()
		return true
	case t.topicWord():
		return true
	case !t.in.Muted:
		return false
	case word == commandStart || t.in.Kind == InputStart || typed && bangla.YesNo(t.folded) == bangla.Yes:
		t.effect(Mute{On: false})
		t.say(t.c.texts["started"])
		return true
	case t.alarmed():
		return true
	}
	t.out.Silence = "the person has sent STOP"
	return true
}

// carried is silent where a carrier has obeyed a word itself: it has answered
// STOP already, and lets nothing more through.
func (t *turn) carried() bool {
	switch t.in.Carrier {
	case CarrierStop:
		if !t.in.Muted {
			t.effect(Mute{On: true})
		}
		t.handed = true // nothing is followed up
		t.out.Silence = "the carrier has obeyed STOP"
		return true
	case CarrierHelp:
		t.out.Silence = "the carrier answers HELP"
		return true
	default:
		return false
	}
}

func (t *turn) stop() {
	if t.in.Muted {
		t.out.Silence = "STOP was said already"
		return
	}
	t.effect(Mute{On: true})
	t.sayAs(Receipt, t.c.texts["stopped"])
	t.handed = true // nothing is followed up
}

// splitPayload takes "scope=value" apart.
func splitPayload(p string) (scope, value string) {
	i := strings.LastIndexByte(p, '=')
	if i < 0 {
		return p, ""
	}
	return p[:i], p[i+1:]
}
