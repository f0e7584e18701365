package bangla

import (
	"strings"
	"unicode/utf8"
)

// WardReading says how many wards a text names.
type WardReading int

// The readings of Ward.
const (
	NoWard WardReading = iota
	OneWard
	SeveralWards
)

// String returns the name in the notation of domain/normalise.tsv; a single ward is written as its number there.
func (r WardReading) String() string {
	switch r {
	case OneWard:
		return "one"
	case SeveralWards:
		return "ambiguous"
	}
	return "none"
}

// maxWardDigits keeps years and case numbers from being read as wards.
const maxWardDigits = 4

// Ward finds the ward a text names: "১২ নং ওয়ার্ড", "w12", "ward twelve". Numbers that belong to an area, road, house,
// sector or count (মিরপুর ১২, রোড ৫, ৩ দিন) are none. With bare a text that is only a number counts too; it is for the
// answer to "which ward?". Whether the city has such a ward is the caller's to check.
func Ward(s string, bare bool) (n int, r WardReading) {
	var room [48]token
	w := wardReader{ts: read(room[:0], s)}
	for i := range w.ts {
		if w.ts[i].kind == word && isWardWord(w.ts, i) {
			w.named(i)
		}
	}
	if w.reading == NoWard && bare {
		w.bare()
	}
	if w.reading != OneWard {
		return 0, w.reading
	}
	return w.n, OneWard
}

// wardEndings may follow the key of "ward" in one word.
var wardEndings = setOf("e er r te ta ti tar dr der s")

// isWardWord tells the many spellings of "ward" by sound; "w" and "wd" only with a number beside them.
func isWardWord(ts []token, i int) bool {
	t := ts[i].text
	switch t {
	case "w", "wd", "wrd", "wards":
		return t != "w" || numberNear(ts, i+1)
	case "order", "ordar", "orders", "road", "odd", "add", "od":
		return false
	}
	if !mayBeWard(t) {
		return false
	}
	var buf keyBuf
	key := string(appendKey(buf[:0], t))
	for _, base := range [...]string{"oard", "oriad", "ord", "oad", "oar"} {
		if rest, ok := strings.CutPrefix(key, base); ok {
			return rest == "" && (base != "oar" || !isASCII(t)) || wardEndings.has(rest) && base != "oar"
		}
	}
	return false
}

// mayBeWard rules out most words by their first letter.
func mayBeWard(w string) bool {
	switch r, _ := utf8.DecodeRuneInString(w); r {
	case 'w', 'o', 'u', 'ও', 'অ', 'উ', 'ঊ':
		return true
	}
	return false
}

// numberNear tells whether a number follows at i, after at most one mark.
func numberNear(ts []token, i int) bool {
	if i < len(ts) && ts[i].kind == mark {
		i++
	}
	return i < len(ts) && ts[i].kind == number
}

// wardReader collects the ward numbers of one text.
type wardReader struct {
	ts      []token
	n       int
	reading WardReading
}

func (w *wardReader) found(n int) {
	switch {
	case n == 0:
	case w.reading == NoWard:
		w.n, w.reading = n, OneWard
	case w.n != n:
		w.reading = SeveralWards
	}
}

// named reads the numbers that belong to the ward word at i, before it or after it.
func (w *wardReader) named(i int) {
	before, numbered := w.before(i)
	after := w.after(i)
	switch {
	case before != nil && (numbered || after == nil):
		w.all(before)
	case after != nil:
		w.all(after)
	}
}

func (w *wardReader) all(numbers []int) {
	for _, n := range numbers {
		w.found(n)
	}
}

// after reads the list of numbers that follows the ward word at i, skipping fillers; nil when there is none.
func (w *wardReader) after(i int) []int {
	at := w.skip(i+1, 1)
	numbers, end := w.list(at)
	if numbers == nil || w.claimedAfter(end) {
		return nil
	}
	return numbers
}

// before reads the numbers that lead up to the ward word at i; numbered when a word for "number" stands between.
func (w *wardReader) before(i int) (numbers []int, numbered bool) {
	at := w.skip(i-1, -1)
	for j := at + 1; j < i; j++ {
		numbered = numbered || numberWords.has(w.ts[j].text)
	}
	for start := 0; start <= at; start++ {
		list, end := w.list(start)
		if list == nil {
			continue
		}
		if end == at+1 {
			if w.claimedBefore(start) {
				return w.lastOf(start, at), numbered
			}
			return list, numbered
		}
		start = end - 1
	}
	return nil, false
}

// lastOf is for "রোড ৫, ১২ নং ওয়ার্ড": the list's first number is the road's, the last one may be the ward's.
func (w *wardReader) lastOf(start, at int) []int {
	for j := at; j > start; j-- {
		if n, end, ok := w.numberAt(j); ok && end == at+1 && w.ts[j-1].is(",", ";", "।") {
			return []int{n}
		}
	}
	return nil
}

// skip steps over marks, fillers and words for "number".
func (w *wardReader) skip(i, step int) int {
	for i >= 0 && i < len(w.ts) {
		t := w.ts[i]
		if t.kind == number || t.kind == mark && t.is("/", "।", "?", "!", ";") && step > 0 {
			break
		}
		if t.kind == word && !numberWords.has(t.text) && !wardFillers.has(t.text) {
			break
		}
		i += step
	}
	return i
}

// bare reads a text that is nothing but ward numbers.
func (w *wardReader) bare() {
	var numbers []int
	for i := 0; i < len(w.ts); {
		list, end := w.list(i)
		switch {
		case list != nil && numbers == nil:
			numbers = list
			i = end
			continue
		case list != nil:
			numbers = append(numbers, list...)
			i = end
			continue
		case w.ts[i].kind == mark, numberWords.has(w.ts[i].text), bareFillers.has(w.ts[i].text):
			i++
			continue
		}
		return
	}
	w.all(numbers)
}
