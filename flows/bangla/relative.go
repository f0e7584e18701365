package bangla

import (
	"strings"
	"time"
)

// relative reads dates that depend on today.
type relative struct {
	ts    []token
	today time.Time
}

var (
	todayWords     = setOf("আজ আজকে আজকের আইজ আইজকা এখন এখনই aj ajke ajk ajker aaj aajke aijka today now")
	yesterdayWords = setOf("গতকাল গতকালকে গতকল্য গতকালের gotokal gotokalke gatokal gotokalk yesterday yestarday yesturday")
	tomorrowWords  = setOf("আগামীকাল আগামিকাল আগামীকালকে agamikal agamikalke tomorrow tomorow tmrw tomorro")
	kalWords       = setOf("কাল কালকে কালকের কাইল কালই kal kalke kalk kail kalker")
	overWords      = setOf("পরশু পরশুদিন পরশুদিনের porshu parshu porsu porshudin")
	pastWords      = setOf("গত গেল গেছে থেকে ধরে ছিল ছিলো হয়েছে হইছে হয়েছিল দিছি দিয়েছি করেছি করছিলাম রাত রাতে আগের got goto gata last theke dhore chilo " +
		"hoyeche hoise dichi diyechi korechi rate rat past since night was")
	agoWords      = setOf("আগে পূর্বে আগের age ago aage before purbe earlier হলো হল holo")
	laterWords    = setOf("পরে পর বাদে pore por later after bade hence")
	weekdays      = weekdayTable()
	spans         = spanTable()
	nextWords     = setOf("আগামী সামনের পরের agami samner porer next coming")
	dateOnlyWords = setOf("তারিখ তারিখে তারিখের tarikh tarikhe date")
)

// span is a length of time in days or months.
type span struct{ days, months int }

func spanTable() map[string]span {
	table := map[string]span{}
	for s, list := range map[span]string{
		{days: 1}:    "দিন দিনের দিনে din diner day days",
		{days: 7}:    "সপ্তাহ সপ্তাহের হপ্তা soptaho shoptaho soptah hopta week weeks",
		{months: 1}:  "মাস মাসের mas mash month months",
		{months: 12}: "বছর বছরের bochor bosor year years",
	} {
		for w := range setOf(list) {
			table[w] = s
		}
	}
	return table
}

func weekdayTable() map[string]time.Weekday {
	table := map[string]time.Weekday{}
	for day, list := range [...]string{
		time.Sunday:    "রবিবার রবি রোববার robibar robbar sunday",
		time.Monday:    "সোমবার সোম shombar sombar monday",
		time.Tuesday:   "মঙ্গলবার মঙ্গল mongolbar tuesday",
		time.Wednesday: "বুধবার বুধ budhbar budbar wednesday",
		time.Thursday:  "বৃহস্পতিবার বৃহস্পতি বিষ্যুদবার brihospotibar thursday",
		time.Friday:    "শুক্রবার শুক্র জুমাবার shukrobar sukrobar friday jumabar",
		time.Saturday:  "শনিবার শনি shonibar sonibar saturday",
	} {
		for w := range setOf(list) {
			table[w] = time.Weekday(day)
		}
	}
	return table
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
	for _, try := range []func() (time.Time, bool){r.span, r.named, r.weekday, r.dayOfMonth} {
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

// span reads "৩ দিন আগে", "2 weeks later", "in 3 days".
func (r relative) span() (time.Time, bool) {
	for i, t := range r.ts {
		s, ok := spans[t.text]
		if !ok || i == 0 {
			continue
		}
		n, ok := r.countBefore(i)
		if !ok {
			continue
		}
		if r.has(agoWords) {
			n = -n
		} else if !r.has(laterWords) && !r.has(setIn) {
			continue
		}
		return r.today.AddDate(0, n*s.months, n*s.days), true
	}
	return time.Time{}, false
}

var setIn = setOf("in within")

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

// named reads আজ, গতকাল, কাল, পরশু.
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
	case !kalWords.has(w) && !overWords.has(w):
		return 0, false
	}
	days = 1
	if overWords.has(w) {
		days = 2
	}
	if r.has(pastWords) && (i == 0 || !nextWords.has(r.ts[i-1].text)) {
		days = -days
	}
	return days, true
}

// weekday reads "শুক্রবার", the next such day, or with গত the last one.
func (r relative) weekday() (time.Time, bool) {
	for _, t := range r.ts {
		day, ok := weekdayOf(t.text)
		if !ok {
			continue
		}
		ahead := (int(day-r.today.Weekday()) + 7) % 7
		if r.has(nextWords) && ahead == 0 {
			ahead = 7
		}
		if r.has(pastWords) {
			ahead -= 7
		}
		return r.today.AddDate(0, 0, ahead), true
	}
	return time.Time{}, false
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
