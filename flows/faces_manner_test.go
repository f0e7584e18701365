package flows

import (
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// manner is how people answer on one face.
type manner struct {
	name    string
	face    Face
	begin   func(*player)
	answer  func(*player, *slot, given)
	command func(*player, string) // skip or done
}

// manners of all faces; the first is what the others are held against.
var manners = []manner{
	{"messenger", faces["messenger"], beginByTap, answerByTap, commandByTap},
	{"sms", faces["sms"], beginByNumber, answerByNumber, commandByWord},
	{"web chat", faces["web"], beginByWord, answerByWord, commandByTap},
	{"form", faces["web"], beginByForm, answerByForm, commandByForm},
}

// longWords answer a text or a place on every face.
const longWords = "স্কুল রোডের মাথায়, দোকানের পাশে"

// words are what is typed where nothing can be picked.
func (p *player) words(sl *slot, g given) string {
	switch sl.kind {
	case SlotNumber, SlotAmount, SlotWard:
		return strconv.FormatFloat(g.number, 'f', -1, 64)
	case SlotDate:
		return g.day.Format("02/01/2006")
	case SlotPhone:
		return "01712345678"
	case SlotCode:
		return p.code
	}
	text := longWords
	for sl.bounded && float64(len([]rune(text))) < sl.min {
		text += " " + longWords
	}
	if r := []rune(text); sl.bounded && float64(len(r)) > sl.max {
		text = strings.TrimSpace(string(r[:int(sl.max)]))
	}
	return text
}

// commandWord is a word for a command.
func (p *player) commandWord(name string) string {
	p.t.Helper()
	return p.wordFor(&p.c.lists.commands, func(target int) bool { return commandNames[target] == name })
}

// wordFor is the first word of a list, by the alphabet, that means something.
func (p *player) wordFor(list *phrases, means func(int) bool) string {
	p.t.Helper()
	word := ""
	for _, phrases := range list.byFirst {
		for _, x := range phrases {
			if means(x.target) && (word == "" || x.shown < word) {
				word = x.shown
			}
		}
	}
	if word == "" {
		p.t.Fatalf("there is no word for it in %s", p.flow.id)
	}
	return word
}

// tapPayload taps a button of the last message.
func (p *player) tapPayload(value string) {
	p.t.Helper()
	for _, c := range p.buttons {
		if _, v := splitPayload(c.Payload); v == value {
			p.do(Input{Kind: InputChoice, Payload: c.Payload, Text: c.Title})
			return
		}
	}
	p.t.Fatalf("%s: no button for %q at %s/%s: %+v", p.manner.name, value, p.flow.id, p.last.Session.State, p.buttons)
}

func beginByTap(p *player) {
	p.do(Input{Kind: InputChoice, Payload: MenuPayload(p.flow.id), Text: p.flow.title[0]})
}

func answerByTap(p *player, sl *slot, g given) {
	switch {
	case sl.kind == SlotPhoto:
		p.do(Input{Kind: InputPhotos, Photos: []string{"photo"}})
	case sl.kind == SlotConfirm:
		p.tapPayload("yes")
	case g.unknown:
		p.tapPayload(commandUnknown)
	case sl.kind == SlotChoice:
		for _, i := range g.picks {
			p.tapPayload(sl.choices[i].id)
		}
	default:
		p.do(typed(p.words(sl, g)))
	}
}

func commandByTap(p *player, name string) { p.tapPayload("!" + name) }

// beginByNumber goes through the menus by their numbers; a service that is in
// none is called by name.
func beginByNumber(p *player) {
	path, ok := p.menuPath(0)
	if !ok {
		p.do(typed(p.trigger()))
		return
	}
	p.do(typed(p.commandWord(commandMenu)))
	for _, n := range path {
		p.do(typed(strconv.Itoa(n)))
	}
}

// menuPath are the numbers that lead to the service.
func (p *player) menuPath(menu int) ([]int, bool) {
	for _, item := range p.c.items(&p.c.menus[menu], p.at) {
		if item.flow >= 0 && p.c.flows[item.flow] == p.flow {
			return []int{item.number}, true
		}
		if item.flow < 0 {
			if path, ok := p.menuPath(item.sub); ok {
				return append([]int{item.number}, path...), true
			}
		}
	}
	return nil, false
}

// trigger is a word that begins the service from anywhere.
func (p *player) trigger() string {
	p.t.Helper()
	return p.wordFor(&p.c.lists.flows, func(target int) bool { return p.c.flows[target] == p.flow })
}

func answerByNumber(p *player, sl *slot, g given) {
	switch {
	case sl.kind == SlotConfirm:
		p.do(typed("1"))
	case g.unknown:
		p.do(typed(p.commandWord(commandUnknown)))
	case sl.kind == SlotChoice:
		numbers := make([]string, len(g.picks))
		for i, n := range g.picks {
			numbers[i] = strconv.Itoa(n + 1)
		}
		p.do(typed(strings.Join(numbers, ", ")))
	default:
		p.do(typed(bangla.ToBangla(p.words(sl, g))))
	}
}

func commandByWord(p *player, name string) { p.do(typed(p.commandWord(name))) }

// beginByWord opens the chat by a link.
func beginByWord(p *player) { p.do(Input{Kind: InputStart, Ref: p.flow.id}) }

// answerByWord types a choice's title. One that is a word of danger would
// rightly be heard as that, so its number is typed.
func answerByWord(p *player, sl *slot, g given) {
	switch {
	case sl.kind == SlotPhoto:
		p.do(Input{Kind: InputPhotos, Photos: []string{"photo"}})
	case sl.kind == SlotConfirm:
		p.do(typed(p.c.buttons["yes"][0]))
	case g.unknown:
		p.tapPayload(commandUnknown)
	case sl.kind == SlotChoice:
		for _, i := range g.picks {
			word := sl.choices[i].titles[0]
			if p.c.dangerIn(bangla.Fold(word), tokens(nil, bangla.Fold(word))) != nil {
				word = strconv.Itoa(i + 1)
			}
			p.do(typed(word))
		}
	default:
		p.do(typed(p.words(sl, g)))
	}
}

// standing is what the form shows, which must be the question that stands.
func (p *player) standing() Standing {
	p.t.Helper()
	s, err := DecodeSession(p.session)
	if err != nil {
		p.t.Fatal(err)
	}
	st := p.c.Standing(s, p.face, "en")
	if sl := p.question(); st.Own || st.Flow != p.flow.id || st.Type != sl.kind || st.Several != sl.several || st.Left < 1 || st.Prompt.Text == "" {
		p.t.Fatalf("the form shows %+v for %s", st, sl.name)
	}
	return st
}

// send posts one of the form's buttons or boxes.
func (p *player) send(values ...string) {
	p.t.Helper()
	var payloads []string
	st := p.standing()
	for _, value := range values {
		for _, c := range st.Prompt.Choices {
			if _, v := splitPayload(c.Payload); v == value {
				payloads = append(payloads, c.Payload)
			}
		}
	}
	if len(payloads) != len(values) {
		p.t.Fatalf("the form offers %+v, not %q", st.Prompt.Choices, values)
	}
	payload := payloads[0]
	if st.Several && values[0][0] != '!' {
		payload = PicksPayload(payloads)
	}
	p.do(Input{Kind: InputChoice, Payload: payload, Text: "?"})
}

func beginByForm(p *player) { beginByTap(p) }

func answerByForm(p *player, sl *slot, g given) {
	switch {
	case sl.kind == SlotPhoto:
		p.do(Input{Kind: InputPhotos, Photos: []string{"photo"}})
	case sl.kind == SlotConfirm:
		p.send("yes")
	case g.unknown:
		p.send(commandUnknown)
	case sl.kind == SlotDate:
		p.do(typed(g.day.Format("2006-01-02"))) // as a date field sends it
	case sl.kind == SlotChoice:
		ids := make([]string, len(g.picks))
		for i, n := range g.picks {
			ids[i] = sl.choices[n].id
		}
		p.send(ids...)
	default:
		p.do(typed(p.words(sl, g)))
	}
}

func commandByForm(p *player, name string) { p.send("!" + name) }
