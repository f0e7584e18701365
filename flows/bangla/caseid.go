package bangla

import "strconv"

// Bounds of a case number's length in digits; 10 and more is a phone or an identity card.
const (
	shortestCase   = 4
	shortestHashed = 3 // after #
	longestCase    = 9
)

var (
	caseWords = setOf(
		"কেস কেইস কেসের অভিযোগ অভিযোগের অভিযোগটা নালিশ নালিশের নালিশটা নালিশটার টিকেট টিকিট টোকেন টোকেনের ট্র্যাক ট্রাক ট্র্যাকিং ট্র্যাকের স্ট্যাটাস আইডি রেফারেন্স আবেদন আবেদনের খবর অবস্থা আপডেট",
		"case cases keis kes complaint complain complaints complian ovijog obhijog ovijoger obijog nalish nalis nalisher nalister ticket token track tracking status id ref reference application",
		"abedon update report khobor obostha",
	)
	// strongerNouns own the number beside them.
	strongerNouns = setOf(
		"হোল্ডিং লাইসেন্স পিন ওটিপি এনআইডি বাসা বাড়ি রোড ফোন মোবাইল বিল মিটার holding licence license pin otp nid house road phone mobile bill meter house flat tin year",
	)
	yearWords     = setOf("সাল সালে সালের sal sale saler")
	rechargeWords = setOf("রিচার্জ রিচাজ রিচার্য রিসার্জ recharge recharged rechage recarge richarge richarj flexiload ফ্লেক্সিলোড")
	endingsApart  = setOf("এ তে র এর e te r er")
)

// CaseID finds the case number a text names: "#10234", "কেস নং ১০২৩৪", "status 10234". With bare a text whose only
// number has the shape of a case number counts too; it is for the answer to "which number?".
func CaseID(s string, bare bool) (int64, bool) {
	var room [48]token
	ts := read(room[:0], s)
	best, found, clash := 0, "", false
	for i, t := range ts {
		if t.kind != number {
			continue
		}
		rank := caseRank(ts, i, bare)
		switch {
		case rank > best:
			best, found, clash = rank, t.text, false
		case rank == best && rank > 0 && t.text != found:
			clash = true
		}
	}
	if best == 0 || clash {
		return 0, false
	}
	return caseNumber(found)
}

// caseRank tells how surely the number at i is a case number: 0 not at all, 4 after a #.
func caseRank(ts []token, i int, bare bool) int {
	_, ok := caseNumber(ts[i].text)
	digits := len(onlyDigits(ts[i].text))
	hashed := i > 0 && ts[i-1].is("#", "№")
	switch {
	case !ok || digits < shortestHashed || digits < shortestCase && !hashed, isClaimed(ts, i):
		return 0
	case hashed:
		return 4
	case caseWordBefore(ts, i):
		return 3
	case anyCaseWord(ts):
		return 2
	case bare || digits > shortestCase && numberWordBefore(ts, i):
		return 1
	}
	return 0
}

func caseNumber(s string) (int64, bool) {
	d := onlyDigits(s)
	if len(d) > longestCase {
		return 0, false
	}
	if d != s {
		if v, ok := literal(s); !ok || v != float64(int64(v)) {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(d, 10, 64)
	return n, err == nil && n > 0
}

// isClaimed tells whether the number at i is part of something else: a sum, a time, a licence, a holding, a phone.
func isClaimed(ts []token, i int) bool {
	if i+1 < len(ts) {
		next := ts[i+1]
		if countedThings.has(next.text) && !numberWords.has(next.text) || moneyWords.has(next.text) || rechargeWords.has(next.text) || yearWords.has(next.text) || next.is("/", "-") && i+2 < len(ts) && ts[i+2].kind == number {
			return true
		}
	}
	if moneyBefore(ts, i) || i > 1 && ts[i-1].is("/", "-") && ts[i-2].kind == number {
		return true
	}
	j := i - 1
	for j >= 0 && (numberWords.has(ts[j].text) || endingsApart.has(ts[j].text) || ts[j].kind == mark) {
		j--
	}
	return j >= 0 && (strongerNouns.has(ts[j].text) || isWardWord(ts, j))
}

// numberWordBefore tells "নম্বর ১০২৩৪" and "No. 10234".
func numberWordBefore(ts []token, i int) bool {
	i--
	for i > 0 && ts[i].is(".", ":", "-") {
		i--
	}
	return i >= 0 && numberWords.has(ts[i].text)
}

// caseWordBefore looks for a case word just before the number, over fillers.
func caseWordBefore(ts []token, i int) bool {
	for j := i - 1; j >= 0; j-- {
		t := ts[j]
		switch {
		case caseWords.has(t.text):
			return true
		case t.kind == mark, numberWords.has(t.text), t.is("করবো", "করব", "korbo", "my", "of", "the", "is", "হলো", "আমার", "amar", "er", "এর"):
		default:
			return false
		}
	}
	return false
}

func anyCaseWord(ts []token) bool {
	for _, t := range ts {
		if caseWords.has(t.text) {
			return true
		}
	}
	return false
}
