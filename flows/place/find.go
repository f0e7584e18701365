package place

import (
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"

	"nagorik/flows/bangla"
)

// Bounds of a search: words of a text that are looked at, and the longest name in words.
const (
	mostWords   = 40
	longestName = 5
)

// Match is a ward that a text may mean, with the name of the area as it is shown in each language.
type Match struct {
	Ward Ward
	Area map[string]string
}

// Find returns the wards whose name, area or alias stands in the text, by sound and with small typing mistakes, in
// Bangla or Latin script: one for a name that is in one ward, several for one that is in several (ask for the road
// or block then), none for no known name. The number of an area must be its own: "মিরপুর ১৫" is neither ward 15 nor
// Mirpur 12. At most one match per ward, by ward number.
func (m *Map) Find(text string) []Match {
	words := keyWords(text)
	if len(words) > mostWords {
		words = words[:mostWords]
	}
	taught := m.taught.Load()
	if taught != nil {
		if hits := taught.exactly(words); len(hits) > 0 {
			return m.matches(taught, hits)
		}
	}
	hits := m.search(words)
	if hits == nil {
		if spelt := spellNumbers(text); spelt != text {
			hits = m.search(keyWords(spelt))
		}
	}
	if len(hits) == 0 && taught != nil {
		if near := taught.nearly(words); len(near) > 0 {
			return m.matches(taught, near)
		}
	}
	return m.matches(&m.names, hits)
}

// search tries names as they sound, then areas without their number, then near spellings, then a name's beginning.
func (m *Map) search(words []string) []int {
	for _, try := range []func([]string) []int{m.names.exactly, m.names.family, m.names.nearly, m.names.beginning} {
		if hits := try(words); len(hits) > 0 {
			return hits
		}
	}
	return nil
}

// spellNumbers writes number words of a text in digits: "গুলশান দুই" is "গুলশান 2".
func spellNumbers(text string) string {
	words := strings.Fields(bangla.Fold(text))
	if len(words) > mostWords {
		return text
	}
	changed := false
	for i, w := range words {
		if n, ok := bangla.Number(w); ok && i > 0 && n == float64(int(n)) && !isNumber(w) {
			words[i] = bangla.Group(n, English, 0)
			changed = true
		}
	}
	if !changed {
		return text
	}
	return strings.Join(words, " ")
}

// window is a stretch of a text's words and the forms its name may have: as it stands and without a case ending.
type window struct {
	start, end int
	forms      [2]pattern
}

// windows calls visit for every stretch of up to longestName words, longest first, until it has a length with hits.
func windows(words []string, visit func(window) []int) []int {
	var hits []int
	for n := min(longestName, len(words)); n > 0 && len(hits) == 0; n-- {
		for start := 0; start+n <= len(words); start++ {
			hits = append(hits, visit(windowAt(words, start, n))...)
		}
	}
	return hits
}

func windowAt(words []string, start, n int) window {
	w := window{start: start, end: start + n}
	part := words[start:w.end:w.end]
	w.forms[0] = patternOf(part)
	w.forms[1] = w.forms[0]
	if stem := bangla.Stem(part[n-1]); stem != part[n-1] {
		w.forms[1] = patternOf(append(part[:n-1:n-1], stem))
	}
	return w
}

// shortestName is the fewest sounds a name inside a longer text must have; a shorter one counts only alone.
const shortestName = 3

// exactly finds names that sound just like words of the text.
func (ix *nameIndex) exactly(words []string) []int {
	return windows(words, func(w window) []int {
		for _, form := range w.forms {
			if len(form.letters()) < shortestName && len(words) > w.end-w.start {
				continue
			}
			if hits := ix.exact[form]; hits != nil {
				return hits
			}
		}
		return nil
	})
}

// family finds all areas that differ only by number (মিরপুর ১০, ১১, ১২) when the text gives none.
func (ix *nameIndex) family(words []string) []int {
	return windows(words, func(w window) []int {
		if w.forms[0].numbers != "" || w.end < len(words) && isNumber(words[w.end]) {
			return nil
		}
		for _, form := range w.forms {
			if hits := ix.bySounds[form.sounds]; len(form.sounds) >= shortestName && hits != nil {
				return hits
			}
		}
		return nil
	})
}

// How many consonants tell a name by themselves: inside a sentence, and in a text of one or two words.
const (
	longSkeleton  = 4
	shortSkeleton = 3
)

// nearly finds the names nearest to words of the text, within the distance that tolerance allows.
func (ix *nameIndex) nearly(words []string) []int {
	best, hits := 1.0, []int(nil)
	skeletal := longSkeleton
	if len(words) <= 2 {
		skeletal = shortSkeleton
	}
	windows(words, func(w window) []int {
		numbered := w.forms[0].numbers == "" && w.end < len(words) && isNumber(words[w.end])
		for _, form := range w.forms {
			for i := range ix.entries {
				e := &ix.entries[i]
				if numbered && !ix.nameless(e) {
					continue
				}
				d := distance(form, e.pattern, skeletal)
				switch {
				case d > best || d >= 1:
				case d < best:
					best, hits = d, []int{i}
				default:
					hits = append(hits, i)
				}
			}
		}
		return nil
	})
	return hits
}

// nameless tells whether no area with the sounds of e has a number, so that one after it is something else.
func (ix *nameIndex) nameless(e *entry) bool {
	for _, i := range ix.bySounds[e.letters()] {
		if ix.entries[i].numbers != "" {
			return false
		}
	}
	return true
}

// distance is how unlike two names are: 0 alike, 1 and more too unlike to be taken for each other. Names with the same
// consonants, at least skeletal of them, are near whatever their vowels.
func distance(a, b pattern, skeletal int) float64 {
	long, short := max(len(a.sounds), len(b.sounds)), min(len(a.sounds), len(b.sounds))
	allowed := tolerance(short)
	if a.numbers != b.numbers || allowed == 0 || long-short > allowed+1 || a.sounds[0] != b.sounds[0] {
		return 1
	}
	if skeleton := consonants(a.sounds); len(skeleton) >= skeletal && skeleton == consonants(b.sounds) {
		return 0.5 / float64(long)
	}
	d := levenshtein.ComputeDistance(a.sounds, b.sounds)
	if d > allowed {
		return 1
	}
	return float64(d) / float64(long)
}

// tolerance is how many sounds of a name of this length may be wrong.
func tolerance(length int) int {
	switch {
	case length < 5:
		return 0
	case length < 9:
		return 1
	}
	return 2
}

// consonants are the sounds without vowels, in which English and Bangla spellings of a name agree.
func consonants(sounds string) string {
	return strings.Map(func(r rune) rune {
		if r == 'a' || r == 'e' || r == 'i' {
			return -1
		}
		return r
	}, sounds)
}

// beginning finds names that begin with the one word the text is.
func (ix *nameIndex) beginning(words []string) []int {
	if len(words) != 1 || isNumber(words[0]) || len(words[0]) < shortestName {
		return nil
	}
	if hits := ix.byFirst[firstKey(words[0])]; hits != nil {
		return hits
	}
	return ix.byFirst[firstKey(bangla.Stem(words[0]))]
}

// firstKey is the form in which first words are compared: the consonants, when there are enough.
func firstKey(word string) string {
	if c := consonants(word); len(c) >= shortSkeleton {
		return c
	}
	return word
}

// matches turns hits of an index into one match per ward, by number.
func (m *Map) matches(names *nameIndex, hits []int) []Match {
	sort.Ints(hits)
	var found []Match
	seen := map[int]bool{}
	for _, i := range hits {
		e := names.entries[i]
		if seen[e.ward] {
			continue
		}
		seen[e.ward] = true
		found = append(found, Match{Ward: m.wards[e.ward], Area: e.area})
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Ward.Number < found[j].Ward.Number })
	return found
}
