package handoff

import (
	"strings"

	"nagorik/flows/bangla"
)

// FoldName is the form of a name that searches look in: its letters folded,
// and how it sounds, so that it is found in Bangla and in Latin script.
// Whoever writes contacts.name writes contacts.name_folded with it.
func FoldName(name string) string {
	return strings.TrimSpace(bangla.Fold(name) + " " + soundOf(name))
}

// soundOf is the phonetic key of a name with the vowels left out that names
// are written with or without: রহিম is Rahim, Rohim and Raheem. A vowel that
// begins a word stays, and e is i.
func soundOf(name string) string {
	key := bangla.Latin(name)
	out := make([]byte, 0, len(key))
	last := byte(' ')
	for i := range len(key) {
		c := key[i]
		if c == 'e' {
			c = 'i'
		}
		if c == last || last != ' ' && (c == 'a' || c == 'o') {
			continue
		}
		out = append(out, c)
		last = c
	}
	return string(out)
}
