package bangla

import (
	"strconv"
	"unicode/utf8"
)

// Pick reads the number of a choice in a menu of 0 to most: "২।", "(৭)", "1️⃣", "option 3", "তিন নাম্বার", "২য়টা".
// A sentence with a number in it is no choice, nor is a count or an hour: "৮টা" is eight things or eight o'clock, while
// "৮ নম্বরটা" and "২য়টা" name a line of the menu.
func Pick(s string, most int) (n int, ok bool) {
	var room [12]token
	ts := read(room[:0], s)
	found := false
	for i := 0; i < len(ts); i++ {
		v, end, isNumber := choiceAt(ts, i)
		switch {
		case isNumber && found:
			return 0, false
		case isNumber && isCount(ts, i, end):
			return 0, false
		case isNumber:
			n, found = v, true
			i = end - 1
		case ts[i].kind == word && !pickFillers.has(ts[i].text):
			return 0, false
		}
	}
	if !found || n > most {
		return 0, false
	}
	return n, true
}

// isCount reports a number in figures with an article of things right behind it, and no word for "number" before it.
func isCount(ts []token, i, end int) bool {
	return ts[i].kind == number && end < len(ts) && articles.has(ts[end].text) && (i == 0 || !choiceWords.has(ts[i-1].text))
}

// choiceAt reads the choice at token i: a whole number below 100, a rank (প্রথম, 1st), or an enclosed digit.
func choiceAt(ts []token, i int) (n, end int, ok bool) {
	t := ts[i]
	if t.kind == mark {
		n, ok = enclosedDigit(t.text)
		return n, i + 1, ok
	}
	if t.kind == number {
		n, err := strconv.Atoi(t.text)
		return n, i + 1, err == nil
	}
	if n, ok := ranks[t.text]; ok {
		return n, i + 1, true
	}
	q, ok := quantityAt(ts, i)
	if !ok || q.value != float64(int(q.value)) || q.value > 99 {
		return 0, 0, false
	}
	return int(q.value), q.end, true
}

// enclosedDigit reads ①…⑳, ❶…❿ and 🔟.
func enclosedDigit(s string) (int, bool) {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case r >= '①' && r <= '⑳':
		return int(r-'①') + 1, true
	case r >= '❶' && r <= '❿':
		return int(r-'❶') + 1, true
	case r == '🔟':
		return 10, true
	default:
		return 0, false
	}
}

var (
	articles    = setOf("টা টি টার টায় ta ti tar tay")
	choiceWords = setOf("নম্বর নাম্বার নং অপশন অপসন no num number nomber nombor nambar numbar option opt")
)

var ranks = rankTable()

func rankTable() map[string]int {
	table := map[string]int{}
	for n, list := range []string{
		1: "প্রথম প্রথমটা প্রথমটি ফার্স্ট prothom prothomta first", 2: "দ্বিতীয় দ্বিতীয়টা দ্বিতীয়টি ditiyo dwitiyo second",
		3: "তৃতীয় তৃতীয়টা তৃতীয়টি tritiyo third", 4: "চতুর্থ চতুর্থটা choturtho fourth", 5: "পঞ্চম পঞ্চমটা ponchom fifth",
		6: "ষষ্ঠ shoshtho sixth", 7: "সপ্তম shoptom seventh", 8: "অষ্টম oshtom eighth", 9: "নবম nobom ninth", 10: "দশম doshom tenth",
	} {
		for w := range setOf(list) {
			table[w] = n
		}
	}
	return table
}

// pickFillers may stand around the number of a choice without making it a sentence.
var pickFillers = setOf(
	"নম্বর নাম্বার নং নাম্বারটা নম্বরটা নম্বরটি নাম্বারটি নম্বরে টা টি টার ম য় র্থ ষ্ঠ মটা য়টা র্থটা ষ্ঠটা মটি য়টি অপশন অপসন চাই দেন দাও দিলাম চাপলাম চাপুন",
	"বাছাই করলাম লাগবে প্লিজ ভাই আমি আমার নিব নেব নেবো সেবা মেনু হবে যাব",
	"no num number nomber nombor nambar numbar option opt choice choose select press item menu ta ti st nd rd th please pls",
	"chai den dao nibo i want the one my answer is ok reply vai bhai amar ami lagbe hobe",
)
