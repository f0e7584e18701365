package bangla

import (
	"strconv"
	"strings"
)

// monthName is a month, 1 to 12, of the civil or the Bangla calendar.
type monthName struct {
	number int
	bangla bool
}

// civilMonths and banglaMonths are spellings of the months; keys made from them cover the ones that sound alike.
var (
	civilMonths = [...]string{
		"জানুয়ারি জানুয়ারী january janury januari jan", "ফেব্রুয়ারি ফেব্রুয়ারী ফেব্রয়ারি february feb febuary feburary febrary februari",
		"মার্চ march mar", "এপ্রিল april apr epril", "মে may", "জুন june jun", "জুলাই july jul julai",
		"আগস্ট আগষ্ট অগাস্ট august aug agust agost", "সেপ্টেম্বর september sep sept septembar", "অক্টোবর october oct octobar oktobor",
		"নভেম্বর november nov novembar", "ডিসেম্বর december dec decembar disembor",
	}
	banglaMonths = [...]string{
		"বৈশাখ বোশেখ boishakh baishakh boisakh", "জ্যৈষ্ঠ জৈষ্ঠ জ্যেষ্ঠ joishtho jaistha joistho jyoishtho jyaistha", "আষাঢ় asharh ashar asar",
		"শ্রাবণ শ্রাবন srabon shrabon sraban shraban", "ভাদ্র vadro bhadro bhadra", "আশ্বিন ashwin ashin asin aswin",
		"কার্তিক kartik", "অগ্রহায়ণ অগ্রহায়ন অঘ্রাণ ogrohayon agrahayan oghran ogrohayan", "পৌষ পোষ poush paush pous",
		"মাঘ magh", "ফাল্গুন ফাগুন falgun phalgun fagun falgoon", "চৈত্র choitro chaitra coitro choitra",
	}
	monthsByName, monthsByKey = monthTables()
)

// minMonthKey is the shortest key by which a month is recognised.
const minMonthKey = 4

func monthTables() (byName, byKey map[string]monthName) {
	byName, byKey = map[string]monthName{}, map[string]monthName{}
	add := func(lists []string, bangla bool) {
		for i, list := range lists {
			for w := range setOf(list) {
				m := monthName{number: i + 1, bangla: bangla}
				byName[w] = m
				if key := Latin(w); len(key) >= minMonthKey {
					byKey[key] = m
				}
			}
		}
	}
	add(civilMonths[:], false)
	add(banglaMonths[:], true)
	return byName, byKey
}

// monthEndings are case endings of a month's name.
var monthEndings = []string{"েের", "ের", "ে", "র"}

// monthOf reads one folded word as a month.
func monthOf(w string) (monthName, bool) {
	if m, ok := monthsByName[w]; ok {
		return m, true
	}
	for _, ending := range monthEndings {
		if stem, ok := strings.CutSuffix(w, ending); ok {
			if m, ok := monthsByName[stem]; ok {
				return m, true
			}
		}
	}
	var buf keyBuf
	m, ok := monthsByKey[string(appendKey(buf[:0], w))]
	return m, ok
}

// monthIn finds the one month in a text, with a number beside it.
func monthIn(ts []token) (m monthName, at int, ok bool) {
	for i, t := range ts {
		if t.kind != word {
			continue
		}
		found, known := monthOf(t.text)
		if !known {
			continue
		}
		before, _ := numberBeside(ts, i, -1)
		after, _ := numberBeside(ts, i, 1)
		if before == "" && after == "" {
			continue
		}
		if ok && found != m {
			return monthName{}, 0, false
		}
		m, at, ok = found, i, true
	}
	return m, at, ok
}

// dayWords are days of a month that have a name of their own.
var dayWords = dayWordTable()

func dayWordTable() map[string]int {
	table := map[string]int{}
	for n, list := range map[int]string{
		1: "পহেলা পয়লা পয়লা pohela poyla pahela", 2: "দোসরা doshra dosra", 3: "তেসরা teshra tesra", 4: "চৌঠা choutha", 5: "পাঁচই",
		21: "একুশে ekushe", 22: "বাইশে baishe", 23: "তেইশে", 24: "চব্বিশে", 25: "পঁচিশে pochishe", 26: "ছাব্বিশে chabbishe",
		16: "ষোলই sholoi", 7: "সাতই satoi", 10: "দশই", 14: "চৌদ্দই", 15: "পনেরই", 17: "সতেরই", 20: "বিশে", 30: "ত্রিশে", 31: "একত্রিশে",
	} {
		for w := range setOf(list) {
			table[w] = n
		}
	}
	return table
}

// smallDigits are 0 to 31 as text.
var smallDigits = smallDigitTable()

func smallDigitTable() (table [32]string) {
	for n := range table {
		table[n] = strconv.Itoa(n)
	}
	return table
}

// dayWord reads a word as the number of a day, 1 to 31.
func dayWord(w string) (int, bool) {
	if n, ok := dayWords[w]; ok {
		return n, true
	}
	n := numeralOf(w)
	if n.role != counting || n.scale != 0 || n.value < 1 || n.value > 31 || n.value != float64(int(n.value)) {
		return 0, false
	}
	return int(n.value), true
}
