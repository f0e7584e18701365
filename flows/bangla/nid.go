package bangla

import "strings"

// NID finds a national identity number in s: 10 digits (smart card), 13 (old card) or 17 (year of birth and the old
// number; also the shape of a birth registration number). Domain.md §6.3.
func NID(s string) (string, bool) {
	if len(s) > maxRead {
		s = s[:maxRead]
	}
	var room [8]digitRun
	runs := digitRuns(room[:0], Fold(s))
	for _, r := range runs {
		if d := onlyDigits(r.text); !r.plus && isNID(d) {
			return d, true
		}
	}
	for _, r := range runs {
		for _, group := range strings.Fields(r.text) {
			if d := onlyDigits(group); !r.plus && isNID(d) {
				return d, true
			}
		}
	}
	return "", false
}

func isNID(d string) bool {
	switch len(d) {
	case 10:
		return d[0] != '0' && strings.Trim(d, d[:1]) != ""
	case 13:
		return !isMobileWithCode(d) && strings.Trim(d, d[:1]) != ""
	case 17:
		return d[:2] == "19" || d[:2] == "20"
	}
	return false
}

func isMobileWithCode(d string) bool {
	return strings.HasPrefix(d, "8801") && d[4] >= '3'
}

// Shortest and longest PIN or one-time code.
const (
	shortestSecret = 4
	longestSecret  = 8
)

var (
	identityWords = setOf(
		"nid এনআইডি আইডি এন পরিচয়পত্র পরিচয়পত্রের ভোটার voter national identity smart স্মার্ট id card কার্ড কার্ডের nidr",
		"এনআইডির এনআইডিটা porichoypotro jatiyo জাতীয়",
	)
	secretWords = setOf(
		"pin পিন otp ওটিপি পাসওয়ার্ড পাসওয়ার্ড password passcode পাসকোড cvv সিভিভি পিনকোড pincode o.t.p ওটিপিটা পিনটা",
	)
	birthWords = setOf("জন্ম জন্মনিবন্ধন নিবন্ধন নিবন্ধনের jonmo birth nibondhon registration brn")
	// secretFillers may stand between a PIN's name and its digits.
	secretFillers = setOf("is হলো হল হচ্ছে holo hocche code কোড নম্বর নাম্বার নং no number my amar আমার bkash nagad বিকাশ নগদ")
)

// HasNID tells whether s seems to contain what nobody should type into a chat: a national identity number, a PIN or
// a one-time code. It errs towards silence: a bare 10-digit number alone counts only when it cannot be a phone.
func HasNID(s string) bool {
	var room [48]token
	ts := read(room[:0], s)
	named, birth := false, false
	for _, t := range ts {
		named = named || identityWords.has(t.text)
		birth = birth || birthWords.has(t.text)
	}
	if nid, ok := NID(s); ok {
		_, phone := Phone(s)
		switch {
		case named:
			return true
		case len(nid) != 10:
			return !birth
		case !phone && len(onlyDigits(Fold(s))) == len(nid) && len(ts) <= 3:
			return true
		}
	}
	return hasSecret(ts)
}

// hasSecret finds the name of a PIN or code with its digits beside it.
func hasSecret(ts []token) bool {
	for i, t := range ts {
		if !secretWords.has(t.text) {
			continue
		}
		if isSecretAt(ts, i, 1) || isSecretAt(ts, i, -1) {
			return true
		}
	}
	return false
}

func isSecretAt(ts []token, from, step int) bool {
	for i := from + step; i >= 0 && i < len(ts); i += step {
		t := ts[i]
		switch {
		case t.kind == number:
			return len(t.text) >= shortestSecret && len(t.text) <= longestSecret
		case t.kind == word && !secretFillers.has(t.text) && !secretWords.has(t.text):
			return false
		}
	}
	return false
}
