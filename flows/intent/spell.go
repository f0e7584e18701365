package intent

import (
	"maps"
	"slices"

	"nagorik/flows/bangla"
)

// leastSpelt is the shortest key of a word that is taken for a misspelt one: shorter words have too many neighbours.
const leastSpelt = 5

// speller finds the known word that a misspelt one stands for: one letter more, one less, another one, or two swapped.
type speller struct {
	counts  map[string]int32    // of the stems of all examples
	without map[uint64][]string // stems by what is left when a letter is taken out
}

// read takes up the words of an example.
func (s *speller) read(folded string) {
	for rest := folded; ; {
		var word string
		if word, rest = bangla.NextWord(rest); word == "" {
			return
		}
		if len(word) > maxWord {
			continue
		}
		stem := stemOf(bangla.Latin(word))
		if len(stem) >= leastSpelt-1 && stem[0] > '9' {
			s.counts[stem]++
		}
	}
}

// index notes what every known word is with a letter taken out.
func (s *speller) index() {
	for _, stem := range slices.Sorted(maps.Keys(s.counts)) {
		for i := range stem {
			h := hashWithout(stem, i)
			s.without[h] = append(s.without[h], stem)
		}
	}
}

// near is the known word that is one slip away, the most frequent one, and of these the first in the alphabet.
func (s *speller) near(stem string) (string, bool) {
	if len(stem) < leastSpelt || stem[0] <= '9' || s.counts[stem] > 0 {
		return "", false
	}
	best := ""
	try := func(list []string) {
		for _, known := range list {
			if !oneSlip(stem, known) {
				continue
			}
			n, most := s.counts[known], s.counts[best]
			if n > most || n == most && known < best {
				best = known
			}
		}
	}
	try(s.without[hash(kindWord, stem)])
	for i := range stem {
		try(s.without[hashWithout(stem, i)])
	}
	return best, best != ""
}

// joins reports two keys that together are a word of the examples, as in "lai sens", and a commoner one than either of
// them: "street light" is no word written apart.
func (s *speller) joins(a, b string) bool {
	if a == "" || b == "" || len(a)+len(b) < leastJoined || len(a)+len(b) > maxKey || isNumber(a) || isNumber(b) {
		return false
	}
	whole := s.counts[stemOf(a+b)]
	return whole >= oftenJoined && (s.counts[stemOf(a)] < whole || s.counts[stemOf(b)] < whole)
}

// Near is the known word that the phonetic key of a misspelt one stands for, without its ending.
func (m *Model) Near(stem string) (string, bool) { return m.spell.near(stem) }

// hashWithout is the hash of a word without its letter at i.
func hashWithout(word string, i int) uint64 {
	h := start(kindWord)
	for j := range len(word) {
		if j != i {
			h = step(h, word[j])
		}
	}
	return h
}

// oneSlip reports words of which one becomes the other by a single letter put in, left out or mistaken, or by two
// neighbours that are swapped. The first letter is hardly ever wrong.
func oneSlip(a, b string) bool {
	if a[0] != b[0] || len(a)-len(b) > 1 || len(b)-len(a) > 1 {
		return false
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return false
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
