package flows

import (
	"strings"

	"github.com/expr-lang/expr/types"

	"nagorik/flows/bangla"
)

// A choice slot takes one of a list, or several, by number, title or word:
//
//	trouble:
//	  type: choice
//	  label: {bn: ধরন, en: Type}
//	  several: true
//	  choices:
//	    blocked: {bn: ড্রেন বন্ধ, en: Blocked drain, words: [বন্ধ, jam]}
var choiceSlot = slotKind{
	takes: settingsOf("several", "choices", "min", "max"), bad: "bad_choice", example: "example_choice",
	typeOf: func(s *slot) types.Type {
		if s.several {
			return types.Array(types.String)
		}
		return types.String
	},
	valueOf: choiceOf, read: readChoice, show: showChoices, fits: choicesFit, options: choiceOptions,
	check: func(k *compiler, s *slot, d *draftSlot) {
		if (d.min != nil || d.max != nil) && !s.several {
			k.fail(d.bounds, "min and max of a choice need `several: true`")
		}
	},
}

func choiceOf(s *slot, v Value) any {
	if s.several {
		if v.List == nil {
			return []string{}
		}
		return v.List
	}
	if len(v.List) == 0 {
		return ""
	}
	return v.List[0]
}

func readChoice(t *turn, s *slot) reading {
	if s.several {
		return t.readSeveral(s)
	}
	i, why, ok := t.pickOne(s)
	if !ok {
		return reading{}
	}
	return reading{result: took, value: ListValue(s.choices[i].id), why: why}
}

// pickOne finds the one choice that was meant.
func (t *turn) pickOne(s *slot) (int, string, bool) {
	if t.tapped != "" {
		i, ok := s.byID[t.tapped]
		return i, "tapped " + t.tapped, ok
	}
	if t.in.Kind != InputText {
		return 0, "", false
	}
	if n, ok := t.pick(); ok {
		return n - 1, "number " + digitWord(n), n >= 1 && n <= len(s.choices)
	}
	if p := s.words.whole(t.tokens()); p != nil {
		return p.target, matched(p), true
	}
	if p := s.words.longest(t.tokens()); p != nil && !s.ambiguous(t.tokens(), p) {
		return p.target, matched(p), true
	}
	return 0, "", false
}

// maxPick is how long a message that is only a number can be, in bytes: number
// words with a word for "number" beside them.
const maxPick = 60

// pick is the number that the message is.
func (t *turn) pick() (int, bool) {
	if len(t.folded) > maxPick {
		return 0, false
	}
	return bangla.Pick(t.folded, 99)
}

// ambiguous reports that words of another choice are in the message too, and as
// long.
func (s *slot) ambiguous(message []token, best *phrase) bool {
	for i := range message {
		for j := range s.words.byFirst[message[i]] {
			p := &s.words.byFirst[message[i]][j]
			if p.target != best.target && len(p.tokens) >= len(best.tokens) && p.within(message, i) {
				return true
			}
		}
	}
	return false
}

func matched(p *phrase) string { return `matched word "` + p.shown + `"` }

// readSeveral collects choices: several numbers in one message end the question,
// one alone may be followed by more until "done".
func (t *turn) readSeveral(s *slot) reading {
	if strings.Contains(t.tapped, picksMark) {
		return t.readPicks(s)
	}
	v, _ := t.s.Answer(s.name)
	picked := numbersIn(t.text, len(s.choices))
	if t.tapped == "" && t.in.Kind == InputText && len(picked) > 1 {
		v = Value{Shape: ListShape}
		for _, n := range picked {
			v.List = with(v.List, s.choices[n-1].id)
		}
		if s.enough(len(v.List)) {
			return reading{result: took, value: v, why: "several numbers"}
		}
		return reading{}
	}
	i, why, ok := t.pickOne(s)
	if !ok {
		return reading{}
	}
	v.Shape, v.List = ListShape, with(v.List, s.choices[i].id)
	if len(v.List) == len(s.choices) || s.bounded && float64(len(v.List)) >= s.max {
		return reading{result: took, value: v, why: why}
	}
	t.s.put(s.name, v)
	t.fills[fillChosen] = showChoices(t, s, v)
	t.sayFirst(t.c.texts["chosen"])
	return reading{result: stays, value: v, why: why}
}

// readPicks takes all boxes of a form at once: what is not ticked is not meant.
func (t *turn) readPicks(s *slot) reading {
	v := Value{Shape: ListShape}
	for _, id := range strings.Split(strings.TrimSuffix(t.tapped, picksMark), picksMark) {
		if _, ok := s.byID[id]; !ok {
			return reading{}
		}
		v.List = with(v.List, id)
	}
	if !s.enough(len(v.List)) {
		return reading{}
	}
	return reading{result: took, value: v, why: "ticked " + t.tapped}
}

func (s *slot) enough(n int) bool {
	return n > 0 && (!s.bounded || float64(n) >= s.min && float64(n) <= s.max)
}

// numbersIn reads "1, 3 and 4" as far as all numbers are choices.
func numbersIn(text string, most int) []int {
	var list []int
	for _, w := range strings.FieldsFunc(bangla.Digits(text), func(r rune) bool { return strings.ContainsRune(" ,;.+&/-।", r) }) {
		n, ok := bangla.Pick(w, 99)
		if !ok {
			continue
		}
		if n < 1 || n > most || len(list) == maxButtons {
			return nil
		}
		list = append(list, n)
	}
	return list
}

func showChoices(t *turn, s *slot, v Value) string {
	if len(v.List) == 1 {
		return s.title(v.List[0], t.lang)
	}
	titles := make([]string, len(v.List))
	for i, id := range v.List {
		titles[i] = s.title(id, t.lang)
	}
	return strings.Join(titles, ", ")
}

func (s *slot) title(id string, lang int) string {
	if i, ok := s.byID[id]; ok {
		return s.choices[i].titles[lang]
	}
	return id
}

func choicesFit(_ *Catalog, s *slot, v Value) bool {
	for _, id := range v.List {
		if _, ok := s.byID[id]; !ok {
			return false
		}
	}
	return v.Shape == ListShape && len(v.List) > 0
}

func choiceOptions(t *turn, s *slot, list []option) []option {
	st := t.state()
	for i := range s.choices {
		list = append(list, option{s.choices[i].titles[t.lang], st.payloads.choices[i], i + 1})
	}
	return list
}
