package bangla

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What a number of a thing looks like: "৪৫/২", "112/A", "17/খ", "TRAD/DNCC/012345/2023", "210".
const (
	besideDigits = `[0-9০-৯]`
	besideValue  = `((?:[A-Z]{2,8}/)*` + besideDigits + `+(?:[/-](?:` + besideDigits + `+|[A-Z]{1,8}|[ক-হ]{1,2}়?))*)`
	besideNumber = `(?:নং|নম্বর|নাম্বার|নম্বরের|number|nombor|nomber|nambar|no|num|nr)[\s.:#-]*`
	besideGap    = `[\s.:#,-]*`
	besideEnd    = `(?:[^\pL\pM\pN/-]|$)`
	besideEnding = `[\pL\pM]{0,8}`
)

// afterPlain are the words that, beside endings, may follow a bare number which is one's own: "holding 210 er due", but not
// "holding 2 ta".
var afterPlain = setOf("এই ei এটার etar টার tar ওয়ার্ড ward")

// Beside finds the number of a thing beside its name, such as that of a holding or a licence.
//
//	b := bangla.NewBeside("হোল্ডিং", "holding")
//	b.Find("হোল্ডিং নং ৪৫/২, বকেয়া কত")  // "৪৫/২", true
//	b.Find("holding 2 ta ache amar")      // "", false
type Beside struct{ after, before *regexp.Regexp }

// NewBeside returns one for a thing that has these names.
func NewBeside(names ...string) *Beside {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(Clean(name))
	}
	name := `(?:` + strings.Join(quoted, `|`) + `)` + besideEnding
	return &Beside{
		after:  regexp.MustCompile(`(?i)(?:[^\pL\pM]|^)` + name + besideGap + `(` + besideNumber + `)?` + besideValue + besideEnd),
		before: regexp.MustCompile(`(?i)(?:[^\pL\pM\pN/-]|^)` + besideValue + besideGap + `(` + besideNumber + `)?(?:(?:ei|এই)\s+)?` + name),
	}
}

// Find returns the one number that stands beside a name, as it was typed. Of several different ones it returns none.
func (b *Beside) Find(text string) (number string, ok bool) {
	text = Clean(text)
	for _, m := range b.after.FindAllStringSubmatchIndex(text, -1) {
		value := text[m[4]:m[5]]
		if m[2] < 0 && !strings.Contains(value, "/") && !ownNumber(text[m[5]:]) {
			continue
		}
		if ok && value != number {
			return "", false
		}
		number, ok = value, true
	}
	if ok {
		return number, true
	}
	for _, m := range b.before.FindAllStringSubmatchIndex(text, -1) {
		value := text[m[2]:m[3]]
		if m[4] < 0 && !strings.Contains(value, "/") {
			continue
		}
		if ok && value != number {
			return "", false
		}
		number, ok = value, true
	}
	return number, ok
}

// ownNumber reports what can follow a bare number that is not how many there are.
func ownNumber(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	if r != ' ' {
		return true
	}
	word, _ := NextWord(Fold(rest))
	return word == "" || endingsApart.has(word) || afterPlain.has(word)
}
