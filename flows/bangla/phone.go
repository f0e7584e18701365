package bangla

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone finds the phone number in s and returns it as E.164. Bangladeshi mobiles (013-019, protocols.md §3.1) are
// accepted with or without country code or the leading 0, in any digits, with blanks and dashes; a number of another
// country only when written with its +. Landlines and short codes are refused.
func Phone(s string) (e164 string, ok bool) {
	var room [8]digitRun
	if len(s) > maxRead {
		s = s[:maxRead]
	}
	runs := digitRuns(room[:0], Fold(s))
	for _, r := range runs {
		if e164, ok := r.phone(); ok {
			return e164, true
		}
	}
	for _, r := range runs {
		for _, group := range strings.Fields(r.text) {
			if e164, ok := (digitRun{text: group}).phone(); ok && len(onlyDigits(group)) >= mobileDigits {
				return e164, true
			}
		}
	}
	return "", false
}

// Lengths of Bangladeshi mobile numbers.
const (
	mobileDigits   = 11 // 01712345678
	shortestAbroad = 8
	longestAbroad  = 15
)

// digitRun is a stretch of digits with the blanks, dashes, points and brackets people put between them.
type digitRun struct {
	text string
	plus bool
}

func digitRuns(room []digitRun, s string) []digitRun {
	for i := 0; i < len(s); {
		if !isDigit(rune(s[i])) {
			i++
			continue
		}
		end := runEnd(s, i)
		plus := strings.HasSuffix(strings.TrimRight(s[:i], " ("), "+")
		room = append(room, digitRun{text: s[i:end], plus: plus})
		i = end
	}
	return room
}

// maxGap is how many blanks, dashes and brackets in a row a number may hold.
const maxGap = 3

// runEnd is where the run of digits that begins at i ends; its last byte is a digit.
func runEnd(s string, i int) int {
	end, gap := i, 0
	for j, r := range s[i:] {
		switch {
		case isDigit(r):
			end, gap = i+j+1, 0
		case gap < maxGap && strings.ContainsRune(" -.()–", r):
			gap++
		default:
			return end
		}
	}
	return end
}

func (r digitRun) phone() (string, bool) {
	text := r.text
	if strings.HasPrefix(onlyDigits(text), "880") {
		text = strings.Replace(text, "(0)", "", 1)
	}
	d := onlyDigits(text)
	if r.plus && !strings.HasPrefix(d, "880") && !strings.HasPrefix(d, "0") {
		return abroad(d)
	}
	d = strings.TrimPrefix(d, "00")
	switch {
	case len(d) == 13 && strings.HasPrefix(d, "880"):
		d = d[3:]
	case len(d) == mobileDigits && d[0] == '0':
		d = d[1:]
	}
	if len(d) != 10 || d[0] != '1' || d[1] < '3' {
		return "", false
	}
	return "+880" + d, true
}

// abroad accepts a number of another country that its numbering plan allows.
func abroad(d string) (string, bool) {
	if len(d) < shortestAbroad || len(d) > longestAbroad {
		return "", false
	}
	n, err := phonenumbers.Parse("+"+d, "")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return "+" + d, true
}

func onlyDigits(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = isDigit(rune(s[i]))
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if isDigit(rune(s[i])) {
			b = append(b, s[i])
		}
	}
	return string(b)
}
