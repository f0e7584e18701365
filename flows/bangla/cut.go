package bangla

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lookBack is how many bytes at a part's end are looked through for a kinder place to cut.
const lookBack = 800

// Cut cuts a text into parts of at most so many UTF-16 units: at the end of a line, a sentence or a word near the bound,
// never inside a character or a conjunct. Parts of nothing but white space are left out.
func Cut(text string, most int) []string {
	var parts []string
	for text != "" {
		part, rest := Graphemes(text, most)
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

// kinder is where to cut a part instead of at its end: after a line, else after a sentence, else after a word, if one ends
// within lookBack.
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

// joined says whether what follows a cut begins with a sign that belongs to what is before it.
func joined(follows, rest string) bool {
	if follows == "" {
		follows = rest
	}
	r, _ := utf8.DecodeRuneInString(follows)
	return unicode.Is(unicode.M, r) || r == '\u200d' || r == '\u200c'
}
