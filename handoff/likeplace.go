package handoff

import (
	"slices"
	"strings"
	"unicode"

	"nagorik/flows/bangla"
)

// likePlace is how much of what is written of two places must be the same for
// them to be taken for one, from 0 to 1. It lies in the gap between the pairs
// of TestPlacesAreToldApart that are one place and those that are two.
const likePlace = 0.55

// placeKey is what a place is compared by: how its words sound, in either
// script, without endings, in threes of letters; and its numbers.
type placeKey struct {
	threes  []string // sorted, each once
	numbers []string
}

// besides are words that say where something lies beside a place, and tell no
// place from another.
var besides = keysOfWords("সামনে পাশে কাছে পেছনে পিছনে নিকটে এর near the of in front beside behind samne pashe kache pechone pichone er opposite")

func keysOfWords(words string) map[string]bool {
	keys := map[string]bool{}
	for _, word := range strings.Fields(words) {
		keys[bangla.Stem(bangla.Latin(word))] = true
	}
	return keys
}

// keyOfPlace reads a place as somebody described it.
func keyOfPlace(text string) placeKey {
	var k placeKey
	for _, word := range strings.Fields(bangla.Latin(text)) {
		stem := bangla.Stem(word)
		switch {
		case strings.IndexFunc(word, unicode.IsDigit) >= 0:
			k.numbers = append(k.numbers, word)
		case !besides[stem]:
			padded := []rune("  " + stem + " ") // two in front, as pg_trgm: how a word begins counts for more
			for i := range len(padded) - 2 {
				k.threes = append(k.threes, string(padded[i:i+3]))
			}
		}
	}
	slices.Sort(k.threes)
	k.threes = slices.Compact(k.threes)
	return k
}

// like is what two places have in common, from 0 to 1: twice the threes that
// both have, of all of both. Places whose numbers (of a road, a
// house) differ are two however alike they are.
func (k placeKey) like(other placeKey) float64 {
	if len(k.threes) > len(other.threes) {
		k, other = other, k
	}
	if len(k.threes) == 0 || len(k.numbers) > 0 && len(other.numbers) > 0 && !slices.ContainsFunc(k.numbers, func(n string) bool { return slices.Contains(other.numbers, n) }) {
		return 0
	}
	shared := 0
	for _, three := range k.threes {
		if _, found := slices.BinarySearch(other.threes, three); found {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(k.threes)+len(other.threes))
}
