package bangla

import (
	"time"
)

// Years that a date may have. Two digits mean 2000-2049 and 1950-1999.
const (
	firstYear   = 1900
	lastYear    = 2100
	firstBangla = 1300
	lastBangla  = 1510
	century     = 100
	pivot       = 50
)

// Date finds the date in s and returns midnight UTC of that civil day. Day comes first (16/12/2026); also ISO, month
// names in Bangla, romanised and English, ordinals (২১শে, ১লা), and months of the Bangla calendar as used in
// Bangladesh. A date that does not exist, or one without a year, is refused.
func Date(s string) (time.Time, bool) {
	var room [32]token
	return fullDate(read(room[:0], s))
}

// DateFrom is Date for a citizen who writes on today's date: it also knows আজ, গতকাল, "৩ দিন আগে", weekdays, and dates
// without a year or month, taken as the nearest such day. A lone কাল is tomorrow unless something past is said with it.
func DateFrom(s string, today time.Time) (time.Time, bool) {
	var room [32]token
	ts := read(room[:0], s)
	if d, ok := fullDate(ts); ok {
		return d, true
	}
	r := relative{ts: unglued(ts), today: civil(today.Year(), today.Month(), today.Day())}
	return r.date()
}

func civil(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// fullDate tries the one numeric date, then the one named month with day and year.
func fullDate(ts []token) (time.Time, bool) {
	if d, seen, ok := numericDate(ts); seen {
		return d, ok
	}
	m, at, ok := monthIn(ts)
	if !ok {
		return time.Time{}, false
	}
	day, year := dayAndYear(ts, at)
	if day == 0 || year < 0 {
		return time.Time{}, false
	}
	return m.day(year, day)
}

// numericDate reads d/m/y and y-m-d with any one of / - . or a blank between; seen when the text has such a shape.
func numericDate(ts []token) (d time.Time, seen, ok bool) {
	var parts [3]string
	n := 0
	for i := 0; i < len(ts) && n < 3; i++ {
		t := ts[i]
		switch {
		case t.kind == number:
			if n > 0 && ts[i-1].kind == word {
				n = 0
			}
			found, dots := splitDots(parts[n:], t.text)
			n += found
			if dots > 0 && found == 3 {
				n = 3
			}
		case t.kind == mark && t.is("/", "-", "–", "."):
		default:
			if n < 3 {
				n = 0
			}
		}
	}
	if n < 3 {
		return time.Time{}, false, false
	}
	d, ok = fromParts(parts)
	return d, true, ok
}

// splitDots puts the numbers of "16.12.2026" into room and says how many there were and how many points.
func splitDots(room []string, s string) (n, dots int) {
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && isDigit(rune(s[i])) {
			continue
		}
		if n < len(room) {
			room[n] = s[start:i]
			n++
		}
		if i < len(s) {
			dots++
		}
		start = i + 1
	}
	return n, dots
}

func fromParts(p [3]string) (time.Time, bool) {
	day, month, year := p[0], p[1], p[2]
	if len(p[0]) == 4 {
		day, year = p[2], p[0]
	}
	d, ok1 := smallInt(day)
	m, ok2 := smallInt(month)
	y, ok3 := yearOf(year)
	if !ok1 || !ok2 || !ok3 || len(day) > 2 || len(month) > 2 || m < 1 || m > 12 {
		return time.Time{}, false
	}
	return monthName{number: m, bangla: y >= firstBangla && y <= lastBangla}.day(y, d)
}

// yearOf reads a year of four digits, or of two.
func yearOf(s string) (int, bool) {
	y, ok := smallInt(s)
	switch {
	case !ok:
		return 0, false
	case len(s) == 4:
		return y, true
	case len(s) != 2:
		return 0, false
	case y < pivot:
		return 2000 + y, true
	}
	return 1900 + y, true
}

// day is the civil day of this month in the given year of its calendar.
func (m monthName) day(year, day int) (time.Time, bool) {
	if m.bangla {
		return banglaDay(year, m.number, day)
	}
	if year < firstYear || year > lastYear || day < 1 {
		return time.Time{}, false
	}
	d := civil(year, time.Month(m.number), day)
	return d, d.Day() == day && int(d.Month()) == m.number
}

// banglaDay turns a day of the revised Bangla calendar of Bangladesh into a civil day: the year begins on 14 April, six
// months have 31 days, then 30, but Falgun 29, or 30 when the civil year it falls in is a leap year.
func banglaDay(year, month, day int) (time.Time, bool) {
	const epoch, falgun = 593, 11
	if year < century {
		year += 1400
	}
	if year < firstBangla || year > lastBangla || day < 1 {
		return time.Time{}, false
	}
	start := civil(year+epoch, time.April, 14)
	before := 0
	for m := 1; ; m++ {
		length := 30
		switch {
		case m <= 6:
			length = 31
		case m == falgun && !isLeap(year+epoch+1):
			length = 29
		}
		if m == month {
			return start.AddDate(0, 0, before+day-1), day <= length
		}
		before += length
	}
}

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// daySuffixes follow the number of a day.
var daySuffixes = setOf("ই লা রা ঠা শে য়ে এ তারিখ তারিখে st nd rd th of the ee sha she la ra tha day tarikh সালের সাল সালে ইং খ্রি বাংলা বঙ্গাব্দ")

// dayAndYear finds the day and year beside the month at token i; year is -1 when none is given.
func dayAndYear(ts []token, i int) (day, year int) {
	year = -1
	before, at := numberBeside(ts, i, -1)
	after, next := numberBeside(ts, i, 1)
	if len(before) == 4 {
		year, _ = smallInt(before)
		day, _ = smallInt(after)
		return day, year
	}
	if before == "" || len(before) > 2 {
		day, _ = smallInt(after)
		after, _ = numberBeside(ts, next, 1)
	} else {
		day, _ = smallInt(before)
	}
	if y, ok := yearOf(after); ok {
		return day, y
	}
	if early, _ := numberBeside(ts, at, -1); len(early) == 4 && before != "" {
		year, _ = smallInt(early)
	}
	return day, year
}

// numberBeside is the number next to token i in the direction of step, over marks and day suffixes; number words count.
func numberBeside(ts []token, i, step int) (digits string, at int) {
	for j := i + step; j >= 0 && j < len(ts); j += step {
		t := ts[j]
		switch {
		case t.kind == number:
			return t.text, j
		case t.kind == mark, daySuffixes.has(t.text):
			continue
		}
		if n, ok := dayWord(t.text); ok {
			return smallDigits[n], j
		}
		return "", j
	}
	return "", i
}
