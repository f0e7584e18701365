package flows

import (
	"strconv"

	"nagorik/flows/bangla"
)

// The bot's own small questions: what Session.Ask can hold. The menu's is
// "menu", or "menu 2" for the second menu within it.
const (
	askMenu     = "menu"
	askStuck    = "stuck"    // menu or a person?
	askWard     = "ward"     // is it this ward, or which of these?
	askChange   = "change"   // which answer is to be changed?
	askCancel   = "cancel"   // really throw the answers away?
	askResume   = "resume"   // go on with the dialogue left half-way?
	askLanguage = "language" // which language?
	askOffer    = "offer"    // which of these services?
	askSwitch   = "switch"   // leave this dialogue for another service?
	askJoin     = "join"     // follow the case that somebody else has opened?
	askRating   = "rating"   // how satisfied, when a person has ended the conversation?
)

// promptAsk puts the bot's own question.
func (t *turn) promptAsk() {
	switch t.s.Ask {
	case askStuck:
		t.question(t.c.texts["unclear2"], []option{t.ownOption("menu", 1, "menu"), t.ownOption("person", 0, "person")}, "")
	case askWard:
		t.promptWards()
	case askChange:
		t.promptChange()
	case askCancel:
		t.question(t.c.texts["cancel_ask"], t.yesNo("yes", "no"), "")
	case askResume:
		t.welcomeBack()
		if p := t.s.Parked; p != nil {
			t.fills[fillService] = t.serviceTitle(p.Flow)
		}
		t.question(t.c.texts["resume"], t.yesNo("continue", "start_over"), "")
	case askLanguage:
		t.promptLanguage()
	case askOffer:
		t.promptOffer()
	case askSwitch:
		t.promptSwitch()
	case askJoin:
		t.promptJoin()
	case askRating:
		t.promptRating()
	default:
		t.s.Ask, t.s.Offer = "", nil
		t.prompt()
	}
}

// ownOption is a button of the standing own question.
func (t *turn) ownOption(button string, number int, value string) option {
	return option{t.c.buttons[button][t.lang], payloadAsk + "/" + t.s.Ask + "=" + value, number}
}

func (t *turn) yesNo(yes, no string) []option {
	return []option{t.ownOption(yes, 1, "yes"), t.ownOption(no, 2, "no")}
}

// promptWards asks back one ward, or offers a few. Offer holds their numbers and,
// last, the name of the area.
func (t *turn) promptWards() {
	n := len(t.s.Offer) - 1
	if n < 1 || t.f == nil {
		t.s.Ask, t.s.Offer = "", nil
		t.prompt()
		return
	}
	t.fills[fillArea] = t.s.Offer[n]
	t.fills[fillWard] = t.c.digits(t.s.Offer[0], t.lang)
	if n == 1 {
		t.question(t.c.texts["ward_confirm"], t.yesNo("yes", "no"), "")
		return
	}
	options := make([]option, 0, n)
	for i, ward := range t.s.Offer[:n] {
		options = append(options, option{
			t.f.wardLabel(t.lang) + " " + t.c.digits(ward, t.lang), payloadAsk + "/ward=" + ward, i + 1,
		})
	}
	t.question(t.c.texts["ward_many"], options, "")
}

// wardLabel is what the flow calls a ward.
func (f *flow) wardLabel(lang int) string {
	for i := range f.slots {
		if f.slots[i].kind == SlotWard {
			return f.slots[i].label[lang]
		}
	}
	return ""
}

func (t *turn) promptLanguage() {
	options := make([]option, len(t.c.codes))
	for i, code := range t.c.codes {
		options[i] = option{t.c.names[i], payloadAsk + "/language=" + code, i + 1}
	}
	t.question(t.c.texts["language_ask"], options, "")
}

// answerAsk reads an input as the answer to the bot's own question. False means
// that it is none: the caller goes on, with the question still standing.
func (t *turn) answerAsk() bool {
	switch t.s.Ask {
	case askStuck:
		return t.answerStuck()
	case askWard:
		return t.answerWard()
	case askChange:
		return t.answerChange()
	case askCancel:
		return t.answerCancel()
	case askResume:
		return t.answerResume()
	case askLanguage:
		return t.answerLanguage()
	case askOffer:
		return t.answerOffer()
	case askSwitch:
		return t.answerSwitch()
	case askJoin:
		return t.answerJoin()
	default:
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
}

// picked is the index of what was picked among n things, by number or tap.
func (t *turn) picked(n int, payload func(int) string) (int, bool) {
	if t.tapped != "" {
		for i := range n {
			if payload(i) == t.tapped {
				return i, true
			}
		}
		return 0, false
	}
	if t.in.Kind != InputText && t.in.Kind != InputChoice {
		return 0, false
	}
	i, ok := t.pick()
	return i - 1, ok && i >= 1 && i <= n
}

func (t *turn) answerStuck() bool {
	n, isNumber := t.pick()
	switch {
	case t.tapped == "person" || t.tapped == "" && isNumber && n == 0:
		t.callPerson(ReasonMissed)
	case t.tapped == "menu" || t.tapped == "" && isNumber && n == 1:
		t.mainMenu("asked for the menu")
	default:
		t.s.Ask = ""
		return false
	}
	return true
}

func (t *turn) answerWard() bool {
	n := len(t.s.Offer) - 1
	if t.f == nil || n < 1 || t.standing().kind != SlotWard {
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	if n == 1 {
		yes, ok := t.yesOrNo()
		if ok && yes {
			t.acceptWard(t.s.Offer[0])
			return true
		}
		t.s.Ask, t.s.Offer = "", nil
		if ok {
			t.prompt()
		}
		return ok
	}
	if i, ok := t.picked(n, func(i int) string { return t.s.Offer[i] }); ok {
		t.acceptWard(t.s.Offer[i])
		return true
	}
	if n, r := bangla.Ward(t.folded, true); r == bangla.OneWard && has(t.s.Offer, strconv.Itoa(n)) {
		t.acceptWard(strconv.Itoa(n))
		return true
	}
	t.s.Ask, t.s.Offer = "", nil
	return false
}

func (t *turn) acceptWard(number string) {
	n, err := strconv.Atoi(number)
	if err != nil || !t.c.isWard(n) {
		t.s.Ask, t.s.Offer = "", nil
		t.prompt()
		return
	}
	t.wardBy = WardByArea
	t.accept(NumberValue(float64(n)), "ward "+number)
}

func (t *turn) answerCancel() bool {
	yes, ok := t.yesOrNo()
	t.s.Ask = ""
	if !ok {
		return false
	}
	if yes {
		t.cancelled()
		return true
	}
	t.prompt()
	return true
}

func (t *turn) answerResume() bool {
	yes, ok := t.yesOrNo()
	if !ok || t.s.Parked == nil {
		t.s.Ask = ""
		return false
	}
	if yes {
		t.unpark()
		return true
	}
	id := t.s.Parked.Flow
	t.s.Parked, t.s.Ask = nil, ""
	t.begin(t.inSeason(t.c.byFlowID(id)), "start over")
	return true
}

// unpark takes the dialogue up again where it was left.
func (t *turn) unpark() {
	photos, ward := t.s.Photos, t.s.ShotWard
	t.s.unpark()
	t.keepPhotos(photos)
	t.f, t.s.ShotWard = t.c.byFlowID(t.s.Flow), ward
	t.settle()
	t.move("", t.s.State, "", "taken up again")
	if t.f != nil && !t.settled && t.photosNameWard() {
		return
	}
	t.wardFromPhotos()
	if t.settled {
		t.enter(0)
		return
	}
	t.prompt()
}

func (t *turn) answerLanguage() bool {
	i, ok := t.picked(len(t.c.codes), func(i int) string { return t.c.codes[i] })
	if !ok {
		t.s.Ask = ""
		return false
	}
	t.setLanguage(i)
	return true
}
