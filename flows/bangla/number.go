package bangla

// Number reads the one number of an answer, in digits or words, Bangla, romanised or English: "১২.৫", "সাড়ে তিন",
// "two hundred fifty", "৩ তলা". It refuses a text with no number or with two different ones.
func Number(s string) (float64, bool) {
	var tokenRoom [32]token
	var room [8]quantity
	ts := read(tokenRoom[:0], s)
	qs := quantities(room[:0], ts)
	if len(qs) == 0 || !allSame(qs) {
		return 0, false
	}
	if unreadNumber(ts, qs) {
		return 0, false
	}
	v := qs[0].value
	if qs[0].start == 1 && ts[0].is("-", "−") && !ts[1].spaced && v != 0 {
		v = -v
	}
	return v, true
}

// Amount reads a sum of money in taka. In a sentence with several numbers the one with a mark of money counts
// ("৩ দিন ধরে ৩০০ টাকা"); two sums, or a range, are refused.
func Amount(s string) (taka float64, ok bool) { return amount(s, counted) }

// Money reads a sum out of a sentence that is about something else: a number with a mark of money or in thousands and
// more. "I have one shop, how much taka" names none.
func Money(s string) (taka float64, ok bool) { return amount(s, large) }

// amount reads a sum that looks at least so much like one.
func amount(s string, least int) (taka float64, ok bool) {
	var tokenRoom [32]token
	var room [8]quantity
	ts := read(tokenRoom[:0], s)
	qs := quantities(room[:0], ts)
	if hasRange(ts, qs) {
		return 0, false
	}
	best, found := noSum, quantity{}
	clash := false
	for _, q := range qs {
		rank := sumRank(ts, q)
		switch {
		case rank == noSum || rank < best:
		case rank > best:
			best, found, clash = rank, q, false
		case q.value != found.value:
			clash = true
		}
	}
	if best < least || clash || best < taken && unreadNumber(ts, qs) {
		return 0, false
	}
	return found.value, true
}

// How much a number looks like a sum of money, least first.
const (
	noSum   = iota
	counted // একটা, ৩ টা
	genitive
	plain
	large // has a scale word
	taken // has a mark of money
)

var (
	moneyWords    = setOf("টাকা টাঁকা টাকাই taka tk tka tks taaka টাকায় ৳ bdt টেকা টিকা")
	moneyGenitive = setOf("টাকার takar")
	// countedThings are what a number before them counts; such a number is no sum, ward or case.
	countedThings = setOf(
		"দিন দিনের দিনে মাস মাসের বছর বছরের ঘণ্টা ঘন্টা সপ্তাহ মিনিট বার তারিখ তারিখে টার টায় জন জনের তলা তালা তলার রুম",
		"রুমের ফুট ফিট স্কয়ার বর্গফুট শতক কাঠা কিস্তি কিস্তির সালে সালের সাল পার্সেন্ট শতাংশ নং নম্বর নাম্বার টি কিলো মিটার",
		"din diner mas mash maser bochor bochorer year years month months day days hour hours week weeks ghonta soptaho",
		"minute min bar tarikh jon joner tola tala room rooms feet foot ft sft sqft sq square percent no number nombor kisti am pm",
	)
)

func sumRank(ts []token, q quantity) int {
	if len(q.digits) >= 10 && q.digits[0] == '0' || q.start > 0 && ts[q.start-1].is("-", "−") && q.start == 1 && !ts[1].spaced {
		return noSum
	}
	rank := plain
	switch {
	case q.scaled:
		rank = large
	case q.article:
		rank = counted
	}
	if q.end < len(ts) {
		next := ts[q.end]
		switch {
		case moneyWords.has(next.text), isTakaSign(ts, q.end):
			return taken
		case moneyGenitive.has(next.text):
			return genitive
		case countedThings.has(next.text), next.text == "%", next.is("টা", "ta") && rank == plain:
			return counted
		}
	}
	if moneyBefore(ts, q.start) {
		return taken
	}
	return rank
}

// isTakaSign tells the /- and /= written after a sum.
func isTakaSign(ts []token, i int) bool {
	return i+1 < len(ts) && ts[i].text == "/" && ts[i+1].is("-", "=", "−")
}

func moneyBefore(ts []token, i int) bool {
	for i > 0 && ts[i-1].is(".", ":", "-", "=") {
		i--
	}
	return i > 0 && moneyWords.has(ts[i-1].text)
}

// hasRange tells "৫-৬ হাজার" and "৫০০ থেকে ৬০০"; two numbers with nothing between them are as unclear.
func hasRange(ts []token, qs []quantity) bool {
	for i := 1; i < len(qs); i++ {
		between := ts[qs[i-1].end:qs[i].start]
		if len(between) == 0 || len(between) == 1 && between[0].is("-", "–", "—", "~", "থেকে", "theke", "to", "বা", "ba", "or", "/") {
			return true
		}
	}
	return false
}

func allSame(qs []quantity) bool {
	for _, q := range qs {
		if q.value != qs[0].value {
			return false
		}
	}
	return true
}

// unreadNumber tells whether the text has digits that no phrase could read (12,13).
func unreadNumber(ts []token, qs []quantity) bool {
	for i, t := range ts {
		if t.kind != number {
			continue
		}
		covered := false
		for _, q := range qs {
			covered = covered || q.start <= i && i < q.end
		}
		if !covered {
			return true
		}
	}
	return false
}
