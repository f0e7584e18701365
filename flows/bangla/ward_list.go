package bangla

import "strings"

// list reads numbers joined by /, -, &, comma, ও, বা … and where they end.
func (w *wardReader) list(i int) (numbers []int, end int) {
	var room [4]int
	numbers = room[:0]
	for i >= 0 && i < len(w.ts) {
		more, next := w.pair(i)
		if more == nil {
			break
		}
		numbers = append(numbers, more...)
		end = next
		i = next
		if i < len(w.ts) && (w.ts[i].is("/", "-", "&", "+", ",", "–") || joinWords.has(w.ts[i].text)) {
			i++
			if w.claimedByNext(i) {
				break
			}
			continue
		}
		break
	}
	if len(numbers) == 0 {
		return nil, i
	}
	return numbers, end
}

// claimedByNext tells whether the number at i belongs to a noun after it ("ওয়ার্ড ১২, ৫ নং রোড").
func (w *wardReader) claimedByNext(i int) bool {
	_, end := w.pair(i)
	return end > 0 && w.claimedAfter(end)
}

// pair reads one token's number, or the two of "12,13".
func (w *wardReader) pair(i int) (numbers []int, end int) {
	if i >= len(w.ts) {
		return nil, 0
	}
	if t := w.ts[i]; t.kind == number && strings.IndexByte(t.text, ',') > 0 {
		for _, part := range strings.Split(t.text, ",") {
			n, ok := smallInt(part)
			if !ok {
				return nil, 0
			}
			numbers = append(numbers, n)
		}
		return numbers, i + 1
	}
	if n, end, ok := w.numberAt(i); ok {
		return []int{n}, end
	}
	return nil, 0
}

// numberAt reads a whole number in digits or words; counted things (একটা) are none.
func (w *wardReader) numberAt(i int) (n, end int, ok bool) {
	t := w.ts[i]
	switch {
	case t.kind == number:
		n, ok = smallInt(t.text)
		return n, i + 1, ok
	case t.kind == mark, t.is("at", "noy", "no", "so", "char", "das", "pas", "soy", "solo"):
		return 0, 0, false
	}
	q, ok := quantityAt(w.ts, i)
	if !ok || q.article || q.value != float64(int(q.value)) || q.value >= thousand || q.digits != "" {
		return 0, 0, false
	}
	return int(q.value), q.end, true
}

func smallInt(s string) (n int, ok bool) {
	if s == "" || len(s) > maxWardDigits {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if !isDigit(rune(s[i])) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// claimedAfter tells whether a noun after a number takes it: "৫ নং রোড", "৩ দিন".
func (w *wardReader) claimedAfter(end int) bool {
	if end >= len(w.ts) {
		return false
	}
	first := w.ts[end]
	if first.kind == word && countedThings.has(first.text) && !numberWords.has(first.text) || moneyWords.has(first.text) {
		return true
	}
	for end < len(w.ts) && numberWords.has(w.ts[end].text) {
		end++
	}
	if end >= len(w.ts) || !placeWords.has(w.ts[end].text) {
		return false
	}
	return end+1 >= len(w.ts) || w.ts[end+1].kind != number
}

// claimedBefore tells whether a noun before a number takes it: "রোড ৫", "house no 12".
func (w *wardReader) claimedBefore(start int) bool {
	i := start - 1
	for i >= 0 && (numberWords.has(w.ts[i].text) || w.ts[i].is("-", ":", ".", "#")) {
		i--
	}
	return i >= 0 && placeWords.has(w.ts[i].text)
}
