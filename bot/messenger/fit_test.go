package messenger_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"nagorik/bot/messenger"
	"nagorik/flows"
)

func TestFitText(t *testing.T) {
	line := strings.Repeat("ক", 100)
	for name, c := range map[string]struct {
		text  string
		parts int
		last  string // how the first part ends
	}{
		"short":               {"নমস্কার", 1, "নমস্কার"},
		"exactly":             {strings.Repeat("x", 1900), 1, "x"},
		"one more":            {strings.Repeat("x", 1901), 2, "x"},
		"surrogates count":    {strings.Repeat("🦟", 951), 2, "🦟"},
		"lines":               {strings.Repeat(line+"\n", 20), 2, "\n"},
		"sentences":           {strings.Repeat("abc. ", 500), 2, ". "},
		"danda":               {strings.Repeat("পানি জমে আছে। ", 200), 2, "। "},
		"words":               {strings.Repeat("শব্দ ", 500), 2, " "},
		"blank tail":          {strings.Repeat("x", 1900) + strings.Repeat(" ", 3000), 1, "x"},
		"nothing":             {"", 0, ""},
		"nothing but blanks":  {" \n\t ", 0, ""},
		"a mark after blanks": {strings.Repeat("x", 1899) + " \u0301y", 2, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			parts := newMessenger(t, options()).Fit(flows.Message{Text: c.text})
			if len(parts) != c.parts {
				t.Fatalf("%d parts, want %d", len(parts), c.parts)
			}
			for _, p := range parts {
				if n := len(utf16.Encode([]rune(p.Text))); n > 1900 || strings.TrimSpace(p.Text) == "" {
					t.Errorf("a part of %d units", n)
				}
			}
			if len(parts) > 0 && !strings.HasSuffix(parts[0].Text, c.last) {
				t.Errorf("first part ends %q", parts[0].Text[len(parts[0].Text)-20:])
			}
		})
	}
}

func TestFitChoices(t *testing.T) {
	many := make([]flows.Choice, 20)
	for i := range many {
		many[i] = flows.Choice{Title: strconv.Itoa(i), Payload: strconv.Itoa(i)}
	}
	choice := func(title, payload string) []flows.Choice { return []flows.Choice{{Title: title, Payload: payload}} }
	for name, c := range map[string]struct {
		choices []flows.Choice
		want    []flows.Choice
	}{
		"fits":                 {choice("হ্যাঁ", "yes"), choice("হ্যাঁ", "yes")},
		"twenty units":         {choice(strings.Repeat("ক", 20), "x"), choice(strings.Repeat("ক", 20), "x")},
		"long title":           {choice("মানুষের সাথে কথা বলতে চাই", "x"), choice("মানুষের সাথে কথা বল", "x")},
		"cut before a cluster": {choice("aaaaaaaaaaaaaaaaaaক্ষ", "x"), choice("aaaaaaaaaaaaaaaaaa", "x")},
		"no title":             {choice(" ", "x"), nil},
		"long payload":         {choice("a", strings.Repeat("x", 1001)), nil},
		"over thirteen":        {many, many[:13]},
	} {
		t.Run(name, func(t *testing.T) {
			parts := newMessenger(t, options()).Fit(flows.Message{Text: "?", Choices: c.choices})
			got := parts[0].Choices
			if len(got) != len(c.want) {
				t.Fatalf("choices %+v", got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("choice %+v, want %+v", got[i], c.want[i])
				}
			}
		})
	}
}

func TestFitKeepsTheRest(t *testing.T) {
	msg := flows.Message{
		Text: strings.Repeat("ক ", 1500), Choices: []flows.Choice{{Title: "OK", Payload: "ok"}},
		Kind: flows.Receipt, Delay: time.Second, Wants: flows.SlotPhone,
	}
	parts := newMessenger(t, options()).Fit(msg)
	for i, p := range parts {
		last := i == len(parts)-1
		if p.Kind != msg.Kind || p.Delay != msg.Delay || (p.Wants == msg.Wants) != last || (len(p.Choices) == 1) != last {
			t.Errorf("part %d of %d: %+v", i, len(parts), p)
		}
	}
	if len(msg.Choices) != 1 || msg.Wants != flows.SlotPhone {
		t.Error("the message itself was changed")
	}
	only := newMessenger(t, options()).Fit(flows.Message{Choices: msg.Choices})
	if len(only) != 1 || only[0].Text == "" || len(only[0].Choices) != 1 {
		t.Errorf("buttons without words: %+v", only)
	}
	if face := newMessenger(t, options()).Face(); face.MaxChoices != 13 || !face.Buttons || !face.Photos || face.Location || face.Name != messenger.Name {
		t.Errorf("face %+v", face)
	}
}
