package form

import (
	"slices"
	"strings"

	"nagorik/flows"
	"nagorik/handoff"
)

// Face is how a page with a form can show a dialogue: a pin needs a script.
func Face(channel string) flows.Face {
	return flows.Face{Name: channel, Buttons: true, Photos: true}
}

// Line is something that was said to the last answer.
type Line struct {
	Name string // of the staff; empty: the bot
	Text string
}

// Question is a question without the list of answers at its head, which
// the page shows anyway.
func Question(question string, given []flows.Given) string {
	rest := question
	for _, g := range given {
		var ok bool
		if rest, ok = strings.CutPrefix(rest, g.Label+": "+g.Text); !ok {
			return question
		}
		rest = strings.TrimSpace(rest)
	}
	if rest == "" {
		return question
	}
	return rest
}

// Said is what was said to the last answer, without the question that the form
// shows itself.
func Said(replies []handoff.StandReply, question string) []Line {
	var lines []Line
	for i, r := range replies {
		text := r.Text
		if i == len(replies)-1 && r.Author == "bot" {
			text = strings.TrimSuffix(text, question)
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		line := Line{Text: text}
		if r.Author == "agent" {
			line.Name = r.Name
		}
		lines = append(lines, line)
	}
	return slices.Clip(lines)
}
