package bangla

import (
	"unicode"
	"unicode/utf8"
)

// NextWord is the first word of a folded text, and what follows it. Punctuation
// falls away.
func NextWord(s string) (word, rest string) {
	first := -1
	for i, r := range s {
		switch in := WordRune(r); {
		case in && first < 0:
			first = i
		case !in && first >= 0:
			return s[first:i], s[i:]
		}
	}
	if first < 0 {
		return "", ""
	}
	return s[first:], ""
}

// WordRune reports whether a letter of a folded text belongs to a word.
func WordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '\''
	case r >= 0x0980 && r <= 0x09F1: // Bangla letters, signs and digits
		return true
	default:
		return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
	}
}
