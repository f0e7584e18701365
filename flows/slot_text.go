package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"nagorik/flows/bangla"
)

// maxText is how much of one typed answer is kept, in bytes.
const maxText = 2000

// A text slot takes what is typed:
//
//	detail:
//	  type: text
//	  label: {bn: বিবরণ, en: Details}
//	  min: 3          characters
//	  max: 500
//	  beside: [হোল্ডিং, holding]   what stands beside these words is the answer
var textSlot = slotKind{
	takes: settingsOf("min", "max", "beside"), bad: "bad_text", example: "example_text",
	typeOf: stringType, valueOf: textOf, read: readText, show: plainText,
	fits: func(_ *Catalog, _ *slot, v Value) bool { return v.Shape == TextShape },
}

func readText(t *turn, s *slot) reading {
	text := t.answerText()
	if t.in.Kind != InputText || !saysSomething(text) {
		return reading{}
	}
	n := utf8.RuneCountInString(text)
	if s.bounded && float64(n) > s.max || len(text) > maxText && !s.bounded {
		return reading{bad: "too_long"}
	}
	if s.bounded && float64(n) < s.min {
		return reading{}
	}
	return reading{result: took, value: TextValue(clip(text, maxText)), why: "typed"}
}

// saysSomething reports whether a text holds a letter or a digit.
func saysSomething(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// clip cuts s to at most so many bytes, not within a letter.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return bangla.Clean(s[:most])
}
