package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nagorik/flows"
)

// phrases say in another language what the flows say in English: what check
// finds and why a trial went where it went. They are kept in
// console/phrases/flows_<language>.json, by the English sentence with the gaps
// of package fmt; in the translation {1} is what fills the first gap.
type phrases struct {
	Faults  map[string]string `json:"faults"`
	Parts   map[string]string `json:"parts"`   // of faults: what a gap can be filled with
	Reasons map[string]string `json:"reasons"` // of moves

	parts, reasons []pattern
}

// pattern is a sentence with gaps that is found again in what was said.
type pattern struct {
	english *regexp.Regexp
	other   string
	fixed   int // letters outside the gaps: the pattern with most of them fits best
}

var (
	gap     = regexp.MustCompile(`%[sqdv]`)
	filling = regexp.MustCompile(`\{[1-9]\}`)

	loneNumber = regexp.MustCompile(`\b[0-9]+\b`) // none within a name
)

// maxNested bounds how deep reasons stand within each other.
const maxNested = 4

func loadPhrases(text []byte) (*phrases, error) {
	p := &phrases{}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("read the words of the flows: %w", err)
	}
	p.parts, p.reasons = patterns(p.Parts), patterns(p.Reasons)
	return p, nil
}

func patterns(words map[string]string) (list []pattern) {
	for english, other := range words {
		at := gap.FindAllString(english, -1)
		if len(at) == 0 {
			continue
		}
		expression := regexp.QuoteMeta(english)
		for _, verb := range at {
			into := `(.+)`
			if verb == "%q" {
				into = `("(?:[^"\\]|\\.)*")`
			}
			expression = strings.Replace(expression, verb, into, 1)
		}
		list = append(list, pattern{regexp.MustCompile(`(?s)^` + expression + `$`), other, len(english)})
	}
	slices.SortFunc(list, func(a, b pattern) int { return b.fixed - a.fixed })
	return list
}

// fill puts what fills the gaps into a translation.
func fill(other string, with []string) string {
	return filling.ReplaceAllStringFunc(other, func(s string) string {
		if n, _ := strconv.Atoi(s[1:2]); n <= len(with) {
			return with[n-1]
		}
		return s
	})
}

// fault is the message of a fault; one that is not known stays English.
func (p *phrases) fault(f flows.Fault, digits func(string) string) string {
	code, args := f.Said()
	other, ok := p.Faults[code]
	if !ok {
		return f.Message
	}
	verbs := gap.FindAllString(code, -1)
	with := make([]string, len(args))
	for i, arg := range args {
		said := fmt.Sprint(arg)
		switch {
		case i < len(verbs) && verbs[i] == "%q":
			with[i] = strconv.Quote(said)
		case i < len(verbs) && verbs[i] == "%d":
			with[i] = digits(said)
		default:
			with[i], _ = say(said, p.Parts, p.parts, 0)
		}
	}
	return fill(other, with)
}

// reason is why a trial went on as it did; false when it is not known.
func (p *phrases) reason(english string) (string, bool) {
	return say(english, p.Reasons, p.reasons, 0)
}

// say finds the words for something said in English, and for what fills its
// gaps.
func say(english string, words map[string]string, list []pattern, depth int) (string, bool) {
	if other, ok := words[english]; ok {
		return other, true
	}
	if depth == maxNested {
		return english, false
	}
	for _, x := range list {
		m := x.english.FindStringSubmatch(english)
		if m == nil {
			continue
		}
		for i := range m[1:] {
			m[i+1], _ = say(m[i+1], words, list, depth+1)
		}
		return fill(x.other, m[1:]), true
	}
	return english, false
}

// spokenFault is a fault in the language of a page.
type spokenFault struct {
	flows.Fault
	Lang      string `json:"lang,omitempty"`      // of the message, where it is another than the page's
	Reference string `json:"reference,omitempty"` // where the reference tells of what stands there
	Help      string `json:"-"`                   // what that link is called
}

// faultLines are faults as the page says them.
func (p page) faultLines(faults []flows.Fault) []spokenFault {
	list := make([]spokenFault, len(faults))
	for i, f := range faults {
		list[i] = spokenFault{Fault: f}
		if p.phrases == nil {
			continue
		}
		if code, _ := f.Said(); p.phrases.Faults[code] == "" {
			list[i].Lang = "en"
		}
		list[i].Message = p.phrases.fault(f, p.digits)
	}
	return list
}

// Reason is why something happened in a trial, in the language of the page.
func (p page) Reason(english string) string {
	if p.phrases == nil {
		return english
	}
	other, _ := p.phrases.reason(english)
	return loneNumber.ReplaceAllStringFunc(other, p.digits)
}
