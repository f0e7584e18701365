package place

import (
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// pattern is the form in which names are compared: the phonetic keys of the words run together, each number a '#',
// and the numbers themselves. "মিরপুর ১২" and "Mirpur-12" are "mirpr#" with "12"; a number must be equal, never near.
type pattern struct {
	sounds  string
	numbers string
}

// entry is one spelling of one area of one ward.
type entry struct {
	pattern
	ward  int               // position in Map.wards
	area  map[string]string // as shown
	first string            // the first word's key
}

// nameIndex finds entries by what they sound like.
type nameIndex struct {
	entries  []entry
	exact    map[pattern][]int
	bySounds map[string][]int // sounds without the numbers
	byFirst  map[string][]int
}

func indexNames(wards []Ward) nameIndex {
	ix := nameIndex{exact: map[pattern][]int{}, bySounds: map[string][]int{}, byFirst: map[string][]int{}}
	for i, w := range wards {
		ix.add(i, w.Name)
		for _, alias := range w.Aliases {
			ix.spelling(i, alias, named(w.Name, alias))
		}
		bn, en := w.Areas[Bangla], w.Areas[English]
		for at := range max(len(bn), len(en)) {
			ix.add(i, areaAt(bn, en, at))
			if len(bn) != len(en) && at < len(bn) && at < len(en) {
				ix.add(i, areaAt(nil, en, at))
			}
		}
	}
	return ix
}

// named is the ward's name to show for an alias, or the alias itself where the ward has none.
func named(name map[string]string, alias string) map[string]string {
	if len(name) > 0 {
		return name
	}
	return map[string]string{English: alias}
}

// areaAt is the area at one position in all languages, when the two lists run side by side; otherwise in one.
func areaAt(bn, en []string, at int) map[string]string {
	area := map[string]string{}
	if at < len(bn) {
		area[Bangla] = bn[at]
	}
	if at < len(en) && (len(bn) == len(en) || at >= len(bn)) {
		area[English] = en[at]
	}
	return area
}

func (ix *nameIndex) add(ward int, area map[string]string) {
	for _, lang := range [...]string{Bangla, English} {
		if text := area[lang]; text != "" {
			ix.spelling(ward, text, area)
		}
	}
}

// spelling indexes one spelling: as written, with its first word last ("সেক্টর ১১ উত্তরা"), and every number of a range.
func (ix *nameIndex) spelling(ward int, text string, area map[string]string) {
	for _, text := range spread(text) {
		words := keyWords(text)
		if len(words) == 0 {
			continue
		}
		ix.insert(entry{pattern: patternOf(words), ward: ward, area: area, first: words[0]})
		if len(words) > 2 && !isNumber(words[0]) && !isNumber(words[1]) {
			turned := append(append([]string(nil), words[1:]...), words[0])
			ix.insert(entry{pattern: patternOf(turned), ward: ward, area: area, first: words[0]})
		}
	}
}

func (ix *nameIndex) insert(e entry) {
	letters := e.letters()
	if letters == "" {
		return
	}
	for _, i := range ix.exact[e.pattern] {
		if ix.entries[i].ward == e.ward {
			return
		}
	}
	at := len(ix.entries)
	ix.entries = append(ix.entries, e)
	ix.exact[e.pattern] = append(ix.exact[e.pattern], at)
	ix.bySounds[letters] = append(ix.bySounds[letters], at)
	key := firstKey(e.first)
	ix.byFirst[key] = append(ix.byFirst[key], at)
}

// letters are the sounds without the places of numbers.
func (p pattern) letters() string { return strings.ReplaceAll(p.sounds, "#", "") }

// numberKeys are the keys of নং, নম্বর, no, number, which say nothing in a name.
var numberKeys = map[string]bool{"ng": true, "n": true, "nmbr": true, "nmber": true, "nambar": true, "nmbar": true, "nong": true}

// keyWords are the phonetic keys of a text's words, numbers among them, words for "number" left out.
func keyWords(text string) []string {
	words := strings.Fields(bangla.Latin(text))
	kept := words[:0]
	for _, w := range words {
		if !numberKeys[w] {
			kept = append(kept, w)
		}
	}
	return kept
}

func patternOf(words []string) pattern {
	var sounds, numbers strings.Builder
	for _, w := range words {
		if !isNumber(w) {
			sounds.WriteString(w)
			continue
		}
		sounds.WriteByte('#')
		numbers.WriteString(strings.TrimLeft(w, "0"))
		numbers.WriteByte(' ')
	}
	return pattern{sounds: sounds.String(), numbers: numbers.String()}
}

func isNumber(word string) bool { return word != "" && word[0] >= '0' && word[0] <= '9' }

// widestRange bounds how many numbers "সেক্টর ১–১০" is spread into.
const widestRange = 60

// spread turns a text with a range of numbers ("Uttara sectors 1–10") into one text per number; any other is alone.
func spread(text string) []string {
	folded := strings.NewReplacer("–", "-", "—", "-", " - ", "-").Replace(bangla.Fold(text))
	at := strings.IndexByte(folded, '-')
	if at < 1 || at+1 >= len(folded) {
		return []string{text}
	}
	start, end := at, at+1
	for start > 0 && folded[start-1] >= '0' && folded[start-1] <= '9' {
		start--
	}
	for end < len(folded) && folded[end] >= '0' && folded[end] <= '9' {
		end++
	}
	from, err1 := strconv.Atoi(folded[start:at])
	to, err2 := strconv.Atoi(folded[at+1 : end])
	if err1 != nil || err2 != nil || to <= from || to-from > widestRange {
		return []string{text}
	}
	texts := make([]string, 0, to-from+1)
	for n := from; n <= to; n++ {
		texts = append(texts, folded[:start]+strconv.Itoa(n)+folded[end:])
	}
	return texts
}

// sameNames says which names and aliases of wards are those of another:
// nobody can tell then which is meant. An area may well lie in several wards.
func (b *builder) sameNames() {
	first := map[string]int{}
	for i, w := range b.wards {
		for _, name := range append([]string{w.Name[Bangla], w.Name[English]}, w.Aliases...) {
			p := bangla.Fold(name)
			if p == "" {
				continue
			}
			if at, taken := first[p]; taken && at != i {
				b.problem(b.features[i], "%q is a name of ward %d as well", name, b.wards[at].Number)
			} else {
				first[p] = i
			}
		}
	}
}
