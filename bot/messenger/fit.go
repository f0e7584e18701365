package messenger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nagorik/flows"
	"nagorik/flows/bangla"
)

// Meta's limits, and how much of them is used. Whether Meta counts characters
// or UTF-16 units is not written down, so the larger count, units, must fit.
const (
	maxSendText = 2000 // characters of one message
	partUnits   = 1900 // UTF-16 units of one part
	maxChoices  = 13   // quick replies under a message
	titleUnits  = 20   // UTF-16 units of a quick reply's title
	lookBack    = 800  // bytes at a part's end in which a kinder place is looked for
	onlyButtons = "👇"  // stands above buttons that came without words
)

// Fit cuts a message into parts that Messenger takes: text at the end of a
// line, a sentence or a word near the bound, never inside a character or a
// conjunct. The choices stand under the last part, since Messenger takes them
// away as soon as another message follows.
func (m *Messenger) Fit(msg flows.Message) []flows.Message {
	choices := fitChoices(msg.Choices)
	texts := split(strings.ToValidUTF8(strings.ReplaceAll(msg.Text, "\x00", ""), "\uFFFD"))
	if len(texts) == 0 {
		if len(choices) == 0 {
			return nil
		}
		texts = []string{onlyButtons}
	}
	parts := make([]flows.Message, len(texts))
	for i, text := range texts {
		parts[i] = msg
		parts[i].Text, parts[i].Choices, parts[i].Wants = text, nil, ""
	}
	last := &parts[len(parts)-1]
	last.Choices, last.Wants = choices, msg.Wants
	return parts
}

// fitChoices cuts titles and leaves out what Messenger refuses: choices
// without title, with a payload over its bound, or after the thirteenth.
func fitChoices(choices []flows.Choice) []flows.Choice {
	var fit []flows.Choice
	for _, c := range choices {
		title, _ := bangla.Graphemes(strings.TrimSpace(c.Title), titleUnits)
		if title == "" || utf8.RuneCountInString(c.Payload) > maxPayload || len(fit) == maxChoices {
			continue
		}
		fit = append(fit, flows.Choice{Title: title, Payload: c.Payload})
	}
	return fit
}

// split cuts a text into parts of at most partUnits; parts of nothing but
// white space, which Messenger refuses, are left out.
func split(text string) []string {
	var parts []string
	for text != "" {
		part, rest := bangla.Graphemes(text, partUnits)
		if rest != "" {
			part = part[:kinder(part, rest)]
		}
		text = text[len(part):]
		if strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// kinder is where to cut a part instead of at its end: after a line, else
// after a sentence, else after a word, if one ends within lookBack.
func kinder(part, rest string) int {
	from := max(0, len(part)-lookBack)
	for _, ends := range [][]string{{"\n"}, {"। ", "? ", "! ", ". "}, {" "}} {
		best := 0
		for _, end := range ends {
			if i := strings.LastIndex(part[from:], end); i >= 0 {
				best = max(best, from+i+len(end))
			}
		}
		if best > 0 && !joined(part[best:], rest) {
			return best
		}
	}
	return len(part)
}

// joined says whether what follows a cut begins with a sign that belongs to
// what is before it.
func joined(follows, rest string) bool {
	if follows == "" {
		follows = rest
	}
	r, _ := utf8.DecodeRuneInString(follows)
	return unicode.Is(unicode.M, r) || r == '\u200d' || r == '\u200c'
}
