package bench

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nagorik/flows"
	fold "nagorik/flows/bangla"
)

// What buttons mean to a citizen, by the end of their payloads.
const (
	endsYes     = "=yes"
	endsSkip    = "=!skip"
	endsUnknown = "=unknown"
	commandMark = "=!"
	endsApart   = "ask/join=no" // somebody else's report is not meant: the dialogue is to be one like any other
)

// Wards are how many wards the sample city has.
const Wards = 12

// firstCase is the smallest case number (design.md §3).
const firstCase = 10001

// Words are what a citizen sends: typed text, or a tapped button.
type Words struct {
	Text   string
	Choice flows.Choice
	Tapped bool
}

// openings are messages that begin the drainage service.
func openings() []string {
	return []string{"ড্রেন", "ড্রেনেজ", "ড্রেইন", "drain", "drainage", "ড্রেনের সমস্যা"}
}

// Opening is one of the messages that begin the drainage service.
func Opening(r *rand.Rand) Words {
	all := openings()
	return Words{Text: all[r.IntN(len(all))]}
}

// Answer is what a citizen sends to a message of the bot: a tap on what is
// offered, or words where words are asked for. A message that asks nothing (a
// greeting, a warning) is not asked; a receipt has the number of a case, with
// which the dialogue is over.
func Answer(r *rand.Rand, text string, choices []flows.Choice) (w Words, asked bool, number int64) {
	var open []flows.Choice
	if i := slices.IndexFunc(choices, func(c flows.Choice) bool { return c.Payload == endsApart }); i >= 0 {
		return Words{Choice: choices[i], Tapped: true}, true, 0
	}
	for _, c := range choices {
		switch {
		case strings.HasSuffix(c.Payload, endsYes), strings.HasSuffix(c.Payload, endsSkip):
			return Words{Choice: c, Tapped: true}, true, 0
		case strings.HasSuffix(c.Payload, endsUnknown):
			return ward(r), true, 0
		case !strings.Contains(c.Payload, commandMark):
			open = append(open, c)
		}
	}
	if len(open) > 0 {
		return Words{Choice: open[r.IntN(len(open))], Tapped: true}, true, 0
	}
	if n := caseNumber(text); n > 0 {
		return Words{}, false, n
	}
	if asks(text) {
		return place(r), true, 0
	}
	return Words{}, false, 0
}

// asks reports whether a Bangla message without buttons wants words: it has a
// question mark, or ends with "write".
func asks(text string) bool {
	return strings.Contains(text, "?") || strings.HasSuffix(text, "লিখুন।")
}

// ward is a ward's number as people write it.
func ward(r *rand.Rand) Words {
	n := 1 + r.IntN(Wards)
	if r.IntN(2) == 0 {
		return Words{Text: fmt.Sprint(n)}
	}
	return Words{Text: bangla(n) + " নং ওয়ার্ড"}
}

// place is where the trouble is, different for nearly everybody.
func place(r *rand.Rand) Words {
	house, road := 1+r.IntN(400), 1+r.IntN(60)
	switch r.IntN(3) {
	case 0:
		return Words{Text: fmt.Sprintf("বাড়ি %s, রোড %s, স্কুলের পাশে 🏫", bangla(house), bangla(road))}
	case 1:
		return Words{Text: fmt.Sprintf("House %d, Road %d, beside the mosque", house, road)}
	default:
		return Words{Text: fmt.Sprintf("%s নম্বর গলির মুখে, বাজারের পেছনে, %s নম্বর বাড়ির সামনে", bangla(road), bangla(house))}
	}
}

// bangla writes a number with Bangla digits.
func bangla(n int) string {
	var b strings.Builder
	for _, c := range fmt.Sprint(n) {
		b.WriteRune('০' + c - '0')
	}
	return b.String()
}

// numbered is a case number as a message says it; other rows of digits are
// telephones.
var numbered = regexp.MustCompile(`(?:নম্বর|No\.) ([0-9০-৯]{5,12})(?:[^0-9০-৯]|$)`)

// caseNumber is the case number in a text, in Bangla or Latin digits; 0 if there
// is none.
func caseNumber(text string) int64 {
	m := numbered.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseInt(fold.Digits(m[1]), 10, 64)
	if err != nil || n < firstCase {
		return 0
	}
	return n
}
