package flows

import (
	"sort"
	"strings"

	"github.com/expr-lang/expr/types"

	"nagorik/flows/bangla"
)

// slotKind is what one type of slot can do. Each is one file, slot_<type>.go.
type slotKind struct {
	takes   []string // settings in the flow file beside type, label and error
	ask     string   // the usual question, by its text; empty when each flow asks its own
	bad     string   // the usual words for an answer that cannot be used
	example string   // the usual example
	typeOf  func(*slot) types.Type
	valueOf func(*slot, Value) any                // for conditions: unset slots are zeros
	read    func(*turn, *slot) reading            // the answer in this turn's input
	show    func(*turn, *slot, Value) string      // for a person to read
	fits    func(*Catalog, *slot, Value) bool     // a remembered value still makes sense
	check   func(*compiler, *slot, *draftSlot)    // beyond what the grammar sees; may be nil
	options func(*turn, *slot, []option) []option // what can be picked; may be nil
}

// slotKinds is the table of all types.
var slotKinds = map[SlotType]*slotKind{
	SlotText:     &textSlot,
	SlotChoice:   &choiceSlot,
	SlotNumber:   &numberSlot,
	SlotAmount:   &amountSlot,
	SlotDate:     &dateSlot,
	SlotPhone:    &phoneSlot,
	SlotWard:     &wardSlot,
	SlotLocation: &locationSlot,
	SlotPhoto:    &photoSlot,
	SlotConfirm:  &confirmSlot,
	SlotCode:     &codeSlot,
}

func slotTypes() []string {
	list := make([]string, 0, len(slotKinds))
	for t := range slotKinds {
		list = append(list, string(t))
	}
	sort.Strings(list)
	return list
}

// slot is a compiled slot.
type slot struct {
	name     string
	kind     SlotType
	do       *slotKind
	label    []string // by language
	optional bool
	remember bool
	several  bool
	unknown  bool
	min, max float64 // 0, 0 for no bounds
	bounded  bool
	choices  []choice
	byID     map[string]int
	words    phrases        // of the choices
	beside   *bangla.Beside // finds the answer in a sentence; may be nil
	yesNo    bool           // a question to which yes and no are answers
	bad      *text
	example  *text
}

type choice struct {
	id     string
	titles []string // by language
}

// reading is what a slot made of an input.
type reading struct {
	result result
	value  Value
	why    string // for the simulator: what was recognised
	bad    string // another text than the slot's own for a miss
}

type result uint8

const (
	missed result = iota
	took          // the value answers the question
	stays         // the answer is kept and the question goes on (another photo, another choice)
	asked         // a question of the bot's own stands now, such as "is that ward 5?"
)

func (k *compiler) slotOf(d *draftSlot) slot {
	s := slot{
		name: d.name.text, kind: d.kind, do: slotKinds[d.kind], byID: map[string]int{},
		optional: d.optional, remember: d.remember, several: d.several, unknown: d.unknown,
	}
	if s.do == nil {
		s.do = &textSlot
	}
	k.slotLabel(&s, d)
	k.slotBounded(&s, d)
	for i, c := range d.choices {
		k.choice(&s, i, c)
	}
	s.yesNo = isYesNo(d.choices)
	in := scope{fills: []string{"min", "max"}, what: "an error text"}
	s.bad = k.c.texts[s.do.bad]
	if d.error.given {
		s.bad = k.text(d.error, in, true)
	}
	s.example = k.c.texts[s.do.example]
	if d.example.given {
		s.example = k.text(d.example, scope{what: "an example"}, true)
	}
	k.slotBeside(&s, d)
	if s.do.check != nil {
		s.do.check(k, &s, d)
	}
	return s
}

// isYesNo reports choices of which one is a yes and another a no: they answer a
// question that must have been asked, and "no" in "holding no 12" refuses
// nothing.
func isYesNo(choices []draftChoice) bool {
	yes, no := -1, -1
	for i, c := range choices {
		for _, w := range c.words {
			if strings.ContainsRune(w.text, ' ') {
				continue
			}
			switch bangla.YesNo(w.text) {
			case bangla.Yes:
				yes = i
			case bangla.No:
				no = i
			}
		}
	}
	return yes >= 0 && no >= 0 && yes != no
}

func (k *compiler) slotBeside(s *slot, d *draftSlot) {
	var names []string
	for _, w := range d.beside {
		if p := phraseOf(w.text, 0); len(p.tokens) == 0 {
			k.fail(w.position, "%q has no letters or digits to listen for", w.text)
			continue
		}
		names = append(names, w.text)
	}
	if names != nil {
		s.beside = bangla.NewBeside(names...)
	}
}

func (k *compiler) slotLabel(s *slot, d *draftSlot) {
	if d.label.given {
		s.label = k.labels(d.label, "the label of "+s.name)
		k.titleFits(d.label)
		return
	}
	s.label = make([]string, len(k.c.codes))
	for i := range s.label {
		s.label[i] = s.name
	}
	if s.kind != SlotConfirm && s.kind != "" {
		k.fail(d.name.position, "slot %q needs a label: what the summary calls it", s.name)
	}
}

func (k *compiler) slotBounded(s *slot, d *draftSlot) {
	s.bounded = d.min != nil || d.max != nil
	if !s.bounded {
		return
	}
	s.max = maxNumber
	if d.min != nil {
		s.min = *d.min
	}
	if d.max != nil {
		s.max = *d.max
	}
}

func (k *compiler) choice(s *slot, i int, d draftChoice) {
	s.byID[d.id.text] = i
	s.choices = append(s.choices, choice{d.id.text, k.labels(d.title, "the choice "+d.id.text)})
	k.titleFits(d.title)
	if i == maxButtons {
		k.fail(d.id.position, "this is choice %d; Messenger shows at most %d", i+1, maxButtons)
	}
	words := append([]word{}, d.words...)
	for _, code := range k.c.codes {
		if w, ok := d.title.long[code]; ok {
			words = append(words, w)
		}
	}
	if d.title.plain {
		words = append(words, d.title.long[""])
	}
	for _, w := range words {
		k.choiceWord(s, i, w)
	}
}

// choiceWord lists a word of a choice, unless another choice or a command has it.
func (k *compiler) choiceWord(s *slot, i int, w word) {
	p := phraseOf(w.text, i)
	if len(p.tokens) == 0 {
		return
	}
	if c := k.lists.commands.whole(p.tokens); c != nil {
		k.fail(w.position, "%q is the command %s and would never reach this choice: take another word", w.text, commandNames[c.target])
		return
	}
	if other := s.words.whole(p.tokens); other != nil {
		if other.target != i {
			k.fail(w.position, "%q already belongs to the choice %q: a word can have one meaning", w.text, s.choices[other.target].id)
		}
		return
	}
	s.words.add(p)
}

// maxNumber bounds numbers that have no bound of their own.
const maxNumber = 1e12

// option is something that can be picked, by its number, its title or a tap.
type option struct {
	title   string
	payload string
	number  int // as it is typed; -1 when it is not counted
}

func (s *slot) within(n float64) bool {
	return n >= -maxNumber && n <= maxNumber && (!s.bounded || n >= s.min && n <= s.max)
}

func always(*Catalog, *slot, Value) bool { return true }

func settingsOf(extra ...string) []string {
	return append([]string{"optional", "remember", "example"}, extra...)
}

// answerText is what was typed, or the title of the button that was tapped.
func (t *turn) answerText() string { return t.text }

func plainText(_ *turn, _ *slot, v Value) string { return v.Text }

func textOf(_ *slot, v Value) any { return v.Text }

func numberOf(_ *slot, v Value) any { return v.Number }

func stringType(*slot) types.Type { return types.String }

func floatType(*slot) types.Type { return types.Float64 }

// isNo reports a plain no, which leaves an optional question out.
func isNo(text string) bool { return bangla.YesNo(text) == bangla.No }
