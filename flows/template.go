package flows

import (
	"strings"

	"nagorik/flows/bangla"
)

// text is one text in all languages of the catalogue, by their index.
type text struct{ forms []form }

// form is a text in one language. Where no shorter text for SMS was written, or
// none to be read out, short and spoken are the same template.
type form struct{ long, short, spoken *template }

func (t *text) form(lang int, face Face) *template {
	switch f := &t.forms[lang]; {
	case face.Spoken:
		return f.spoken
	case face.Short:
		return f.short
	default:
		return f.long
	}
}

// template is a text taken apart at its placeholders.
type template struct {
	parts []part
	// counted is how far the text itself counts its choices: 2 for "1 Yes 2 No".
	counted int
	// skips says that the text itself names the word for leaving the answer out.
	skips bool
}

// part is a piece of a template: words, then perhaps an answer or a variable.
type part struct {
	words string
	slot  int // index of the slot, or -1
	fill  fill
	row   string // field of the register's row
}

// fill is something a text can mention that is not an answer of its flow.
type fill uint8

const (
	fillNone fill = iota
	fillID
	fillDays
	fillHours
	fillDept
	fillStatus
	fillDate
	fillService
	fillMine
	fillSummary
	fillArea
	fillWard
	fillMax
	fillMin
	fillN
	fillName
	fillExample
	fillChosen
	fillOpen
	fillOffice
	fillHoliday
	fillTime
	fillDay
	fillHour
	fillCode
	fillNote
	fillTopic
	fillWord
	fillLink
	fillRow
	fills // how many there are
)

// fillNames are the placeholders as they are written. {city} and the settings
// never change and are filled in when the catalogue is loaded.
var fillNames = map[string]fill{
	"id": fillID, "days": fillDays, "hours": fillHours, "dept": fillDept, "status": fillStatus, "date": fillDate,
	"service": fillService, "mine": fillMine, "summary": fillSummary, "area": fillArea, "ward": fillWard,
	"max": fillMax, "min": fillMin, "n": fillN, "name": fillName, "example": fillExample, "chosen": fillChosen,
	"open": fillOpen, "office": fillOffice, "holiday": fillHoliday, "time": fillTime, "day": fillDay, "hour": fillHour,
	"note": fillNote, "code": fillCode, "topic": fillTopic, "word": fillWord, "link": fillLink,
}

// flowFills are the ones a flow's own texts may use.
var flowFills = []string{"id", "days", "hours", "dept", "status", "date", "service", "mine", "summary"}

// scope is what the placeholders of a text may name.
type scope struct {
	slots map[string]int
	fills []string
	what  string
	// register is the one whose row the text may tell of; empty: none.
	register string
}

// template takes one text apart. Unknown names and stray braces are faults.
func (k *compiler) template(w word, lang int, in scope) *template {
	t := &template{}
	rest, words := w.text, ""
	for rest != "" {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			words += rest
			break
		}
		words += rest[:i]
		name, after, ok := placeholder(rest[i:])
		if !ok {
			k.fail(w.position, "a { or } that belongs to no {placeholder}: write {name}, or leave the brace out")
			return t
		}
		rest = after
		if constant, ok := k.constant(name, lang); ok && !hasKey(in.slots, name) {
			words += constant
			continue
		}
		p := k.part(name, w, in)
		p.words, words = words, ""
		t.parts = append(t.parts, p)
	}
	if words != "" || len(t.parts) == 0 {
		t.parts = append(t.parts, part{words: words, slot: -1})
	}
	t.counted = countsItself(w.text)
	t.skips = k.lists.mentions(bangla.Fold(w.text), commandSkip)
	return t
}

func hasKey(m map[string]int, key string) bool { _, ok := m[key]; return ok }

// placeholder splits "{name}rest".
func placeholder(s string) (name, rest string, ok bool) {
	end := strings.IndexByte(s, '}')
	if s[0] != '{' || end < 2 {
		return "", "", false
	}
	name = s[1:end]
	for i := 0; i < len(name); i++ {
		if !nameByte(name[i]) && name[i] != '.' {
			return "", "", false
		}
	}
	return name, s[end+1:], true
}

func (k *compiler) part(name string, w word, in scope) part {
	if slot, ok := in.slots[name]; ok {
		return part{slot: slot}
	}
	if p, ok := k.rowPart(name, w, in); ok {
		return p
	}
	if has(in.fills, name) {
		return part{slot: -1, fill: fillNames[name]}
	}
	known := append([]string{"city"}, in.fills...)
	for s := range in.slots {
		known = append(known, s)
	}
	known = append(known, k.settingNames()...)
	k.fail(w.position, "{%s} is nothing that %s can mention%s", name, in.what, suggest(name, sorted(known)))
	return part{slot: -1}
}

// constant is the value of {city} or of a setting in one language.
func (k *compiler) constant(name string, lang int) (string, bool) {
	if name == "city" {
		if k.c.city == nil {
			return "", true
		}
		return k.c.city[lang], true
	}
	shown, ok := k.shown[name]
	if !ok {
		return "", false
	}
	return shown[lang], true
}

// countsItself is the largest n for which the text holds 1, 2 … n as words of
// their own. A lone 1 counts only beside a 0.
func countsItself(s string) int {
	n, zero := 0, false
	for _, w := range strings.FieldsFunc(bangla.Digits(s), func(r rune) bool { return r == ' ' || r == '\n' }) {
		w = strings.Trim(w, ".):(")
		zero = zero || w == "0"
		if w == digitWord(n+1) {
			n++
		}
	}
	if n == 1 && !zero {
		return 0
	}
	return n
}

func digitWord(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}
