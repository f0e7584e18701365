package bangla

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a phrase: what is longer is a story, and nobody's trigger word.
const (
	phraseRunes = 60
	phraseWords = 8
)

// phraseDigit stands for every number in a phrase.
const phraseDigit = '#'

// naming are words by which people say who they are.
var naming = []string{"নাম", "name", "nam", "naam"}

// Phrase is what somebody wrote as staff may read it who need not know who it
// was: every number is "#", and what holds an address of mail or the web or
// tells a name, or is too long, is empty. folded is equal for phrases that are
// alike.
func Phrase(text string) (shown, folded string) {
	words := strings.Fields(Clean(text))
	if len(words) == 0 || len(words) > phraseWords {
		return "", ""
	}
	shown = withoutNumbers(strings.Join(words, " "))
	if utf8.RuneCountInString(shown) > phraseRunes || strings.ContainsAny(shown, "@") || strings.Contains(shown, "://") || strings.Contains(strings.ToLower(shown), "www.") {
		return "", ""
	}
	folded = Fold(shown)
	letters := false
	for rest := folded; rest != ""; {
		var word string
		if word, rest = NextWord(rest); word == "" {
			break
		}
		for _, n := range naming {
			if word == Fold(n) {
				return "", ""
			}
		}
		letters = true
	}
	if !letters {
		return "", ""
	}
	return shown, folded
}

// withoutNumbers writes one sign for each number, in any script and with the
// dashes and blanks within it.
func withoutNumbers(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		if !unicode.IsNumber(runes[i]) {
			b.WriteRune(runes[i])
			continue
		}
		end := i
		for j := i; j < len(runes) && j-end <= 2 && (unicode.IsNumber(runes[j]) || strings.ContainsRune(" -./+()–", runes[j])); j++ {
			if unicode.IsNumber(runes[j]) {
				end = j
			}
		}
		b.WriteRune(phraseDigit)
		i = end
	}
	return b.String()
}
