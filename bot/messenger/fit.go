package messenger

import (
	"strings"
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
	onlyButtons = "👇"  // stands above buttons that came without words
)

// Fit cuts a message into parts that Messenger takes: text at the end of a
// line, a sentence or a word near the bound, never inside a character or a
// conjunct. The choices stand under the last part, since Messenger takes them
// away as soon as another message follows.
func (m *Messenger) Fit(msg flows.Message) []flows.Message {
	choices := fitChoices(msg.Choices)
	texts := bangla.Cut(strings.ToValidUTF8(strings.ReplaceAll(msg.Text, "\x00", ""), "\uFFFD"), partUnits)
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
