package sms

import (
	"strings"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
	"nagorik/handoff/spending"
)

// mostUnits is how much one message holds, in UTF-16 units: fifteen joined
// segments in Bangla. Aggregators take about as much (protocols.md §3.2).
const mostUnits = 1000

// PaidFor is what a text costs that a link took: its segments.
func PaidFor(text string) spending.Paid {
	count := gsm.Segments(text)
	return spending.Paid{Segments: count.Segments, Unicode: count.Encoding == gsm.UCS2}
}

// Fit spells a message in as few segments as it can and cuts one that is too
// long at the end of a line, a sentence or a word. Choices are in its text
// already.
func (s *SMS) Fit(m flows.Message) []flows.Message {
	text := strings.ToValidUTF8(strings.ReplaceAll(m.Text, "\x00", ""), "\uFFFD")
	var parts []flows.Message
	for _, part := range bangla.Cut(gsm.Plain(text), s.maxText) {
		m.Text, m.Choices, m.Wants = part, nil, ""
		parts = append(parts, m)
	}
	return parts
}
