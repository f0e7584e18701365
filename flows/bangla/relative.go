package bangla

import (
	"slices"
	"strings"
	"time"
)

// relative reads dates that depend on today.
type relative struct {
	ts    []token
	today time.Time
}

// unglued cuts "তিনদিন" and "ekdin" into the number and the span.
func unglued(ts []token) []token {
	for i := 0; i < len(ts); i++ {
		for _, span := range [...]string{"দিন", "din"} {
			count, ok := strings.CutSuffix(ts[i].text, span)
			if !ok || count == "" || ts[i].kind != word {
				continue
			}
			one := [...]token{{kind: word, text: count}}
			if q, isNumber := quantityAt(one[:], 0); isNumber && q.value == float64(int(q.value)) {
				ts[i].text = span
				ts = slices.Insert(ts, i, one[0])
				i++
			}
		}
	}
	return ts
}

// date tries, in this order: a month without a year, a span ("৩ দিন আগে"), a named day, a weekday, a day of the month.
func (r relative) date() (time.Time, bool) {
	if m, at, ok := monthIn(r.ts); ok {
		day, year := dayAndYear(r.ts, at)
		if year >= 0 {
			return time.Time{}, false
		}
		return r.nearestYear(m, day)
	}
	for _, try := range []func() (time.Time, bool){r.span, r.phrase, r.named, r.weekday, r.dayOfMonth, r.sinceMorning} {
		if d, ok := try(); ok {
			return d, true
		}
	}
	return time.Time{}, false
}

// nearestYear puts a day and month into the year that brings it nearest to today.
func (r relative) nearestYear(m monthName, day int) (best time.Time, found bool) {
	year := r.today.Year()
	if m.bangla {
		year -= 593
	}
	for y := year - 1; y <= year+1; y++ {
		if d, ok := m.day(y, day); ok && (!found || r.nearer(d, best)) {
			best, found = d, true
		}
	}
	return best, found
}

func (r relative) nearer(a, b time.Time) bool {
	return a.Sub(r.today).Abs() < b.Sub(r.today).Abs()
}

// maxSpan is the most days, weeks, months or years a span may count.
const maxSpan = 1000

// span reads "৩ দিন আগে", "2 weeks later", "in 3 days", "গত সপ্তাহে". "৩ দিন" alone may be either, and is refused.
func (r relative) span() (time.Time, bool) {
	for i, t := range r.ts {
		s, ok := spans[t.text]
		if !ok || i == 0 {
			continue
		}
		n, ok := r.signedBefore(i)
		if !ok {
			continue
		}
		return r.today.AddDate(0, n*s.months, n*s.days), true
	}
	return time.Time{}, false
}

// signedBefore is how many spans lie between today and the day that is meant, negative for the past.
func (r relative) signedBefore(i int) (n int, ok bool) {
	before := r.ts[i-1].text
	longer := spans[r.ts[i].text] != span{days: 1}
	switch n, ok = r.countBefore(i); {
	case !ok && longer && lastWords.has(before):
		return -1, true
	case !ok && longer && nextWords.has(before):
		return 1, true
	case !ok && oneWords.has(before):
		n = 1
	case !ok:
		return 0, false
	}
	switch {
	case r.has(agoWords):
		return -n, true
	case r.has(laterWords) || r.has(setIn):
		return n, true
	default:
		return 0, false
	}
}

// countBefore reads the whole number that ends just before token i.
func (r relative) countBefore(i int) (int, bool) {
	for start := max(0, i-3); start < i; start++ {
		q, ok := quantityAt(r.ts, start)
		if ok && q.end == i && q.value == float64(int(q.value)) && q.value <= maxSpan {
			return int(q.value), true
		}
	}
	return 0, false
}

func (r relative) has(set wordSet) bool {
	for _, t := range r.ts {
		if set.has(t.text) {
			return true
		}
	}
	return false
}

// phrase reads days that need two words: "day after tomorrow", "last night", "গত রাতে".
func (r relative) phrase() (time.Time, bool) {
	for i := 1; i < len(r.ts); i++ {
		before, w := r.ts[i-1].text, r.ts[i].text
		var days int
		switch {
		case before == "after" && tomorrowWords.has(w):
			days = 2
		case before == "before" && yesterdayWords.has(w):
			days = -2
		case lastWords.has(before) && nightWords.has(w):
			days = -1
		default:
			continue
		}
		return r.today.AddDate(0, 0, days), true
	}
	return time.Time{}, false
}

// sinceMorning reads "সকাল থেকে" as today.
func (r relative) sinceMorning() (time.Time, bool) {
	return r.today, r.has(mornings) && r.has(sinceWords)
}

// named reads আজ, গতকাল, কাল, পরশু, তরশু.
func (r relative) named() (time.Time, bool) {
	days, found := 0, false
	for i, t := range r.ts {
		n, ok := r.namedDay(i, t.text)
		if !ok {
			continue
		}
		if found && n != days {
			return time.Time{}, false
		}
		days, found = n, true
	}
	return r.today.AddDate(0, 0, days), found
}

func (r relative) namedDay(i int, w string) (days int, ok bool) {
	switch {
	case todayWords.has(w):
		return 0, true
	case yesterdayWords.has(w):
		return -1, true
	case tomorrowWords.has(w):
		return 1, true
	case kalWords.has(w):
		days = 1
	case overWords.has(w):
		days = 2
	case beyondWords.has(w):
		days = 3
	default:
		return 0, false
	}
	if r.has(pastWords) && (i == 0 || !nextWords.has(r.ts[i-1].text)) {
		days = -days
	}
	return days, true
}

// weekday reads "শুক্রবার", the next such day, or with গত the last one. Two different days are refused.
func (r relative) weekday() (time.Time, bool) {
	var day time.Weekday
	found := false
	for _, t := range r.ts {
		d, ok := weekdayOf(t.text)
		if ok && found && d != day {
			return time.Time{}, false
		}
		if ok {
			day, found = d, true
		}
	}
	ahead := (int(day-r.today.Weekday()) + 7) % 7
	if r.has(nextWords) && ahead == 0 {
		ahead = 7
	}
	if r.has(pastWords) {
		ahead -= 7
	}
	return r.today.AddDate(0, 0, ahead), found
}

func weekdayOf(w string) (time.Weekday, bool) {
	if d, ok := weekdays[w]; ok {
		return d, true
	}
	d, ok := weekdays[strings.TrimSuffix(strings.TrimSuffix(w, "ে"), "ের")]
	return d, ok
}

// dayOfMonth reads "২৫ তারিখ" as the nearest such day.
func (r relative) dayOfMonth() (best time.Time, found bool) {
	if !r.has(dateOnlyWords) {
		return time.Time{}, false
	}
	day := 0
	for i, t := range r.ts {
		if dateOnlyWords.has(t.text) {
			if digits, _ := numberBeside(r.ts, i, -1); digits != "" {
				day, _ = smallInt(digits)
			}
		}
	}
	first := civil(r.today.Year(), r.today.Month(), 1)
	for m := -1; m <= 1; m++ {
		month := first.AddDate(0, m, 0)
		d := civil(month.Year(), month.Month(), day)
		if day > 0 && d.Day() == day && (!found || r.nearer(d, best)) {
			best, found = d, true
		}
	}
	return best, found
}
