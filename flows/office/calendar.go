package office

import "time"

// maxDays is how far a Calendar looks for an open hour: a year and some days.
// An office that is closed for longer has no next opening.
const maxDays = 400

// day is a whole day. There is no summer time in Bangladesh.
const day = 24 * time.Hour

// dhaka is the zone of all offices: UTC+6.
var dhaka = time.FixedZone("Asia/Dhaka", 6*60*60)

// Span is a time in which the office is open, counted from midnight: From
// belongs to it, To does not.
type Span struct{ From, To time.Duration }

// Week holds the open spans of each weekday, Sunday first, in order and without
// overlap. A day without any is a day off.
type Week [7][]Span

// Date is a day. Year 0 stands for every year.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day in Asia/Dhaka that at falls on.
func DateOf(at time.Time) Date {
	y, m, d := at.In(dhaka).Date()
	return Date{y, m, d}
}

// before reports whether d is an earlier day; both have a year.
func (d Date) before(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month != o.Month {
		return d.Month < o.Month
	}
	return d.Day < o.Day
}

// Period is a time with other hours, such as Ramadan. Both days belong to it.
type Period struct {
	From, To Date
	Week     Week
}

// Holds reports whether the day belongs to the period.
func (p Period) Holds(d Date) bool { return !d.before(p.From) && !p.To.before(d) }

// Holiday is a day on which the office is closed, with its name in each
// language of the catalogue.
type Holiday struct {
	Date  Date
	Names []string
}

// Calendar is when an office is open.
type Calendar struct {
	Week     Week
	Periods  []Period // the first that holds a day counts
	Holidays []Holiday
}

// WeekOf returns the hours of the week that count on the day at falls on.
func (c *Calendar) WeekOf(at time.Time) Week {
	d := DateOf(at)
	for _, p := range c.Periods {
		if p.Holds(d) {
			return p.Week
		}
	}
	return c.Week
}

// Holiday returns the holiday that at falls on.
func (c *Calendar) Holiday(at time.Time) (Holiday, bool) {
	if c == nil {
		return Holiday{}, false
	}
	d := DateOf(at)
	for _, h := range c.Holidays {
		if h.Date == d || h.Date == (Date{0, d.Month, d.Day}) {
			return h, true
		}
	}
	return Holiday{}, false
}

// spans are the open spans of the day that at falls on.
func (c *Calendar) spans(at time.Time) []Span {
	if _, off := c.Holiday(at); off {
		return nil
	}
	return c.WeekOf(at)[at.In(dhaka).Weekday()]
}

// midnight is the beginning of the day that at falls on.
func midnight(at time.Time) time.Time {
	y, m, d := at.In(dhaka).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, dhaka)
}

// IsOpen reports whether the office is open at that moment.
func (c *Calendar) IsOpen(at time.Time) bool {
	if c == nil {
		return true
	}
	clock := at.Sub(midnight(at))
	for _, s := range c.spans(at) {
		if s.From <= clock && clock < s.To {
			return true
		}
	}
	return false
}

// NextOpen returns the first open moment from after on: after itself when the
// office is open then. It is false when there is none within a year.
func (c *Calendar) NextOpen(after time.Time) (time.Time, bool) {
	if c == nil {
		return after, true
	}
	for from := range c.open(after) {
		return from, true
	}
	return time.Time{}, false
}

// AddOpen returns when d of open time has gone by since at. It is false when
// that is not within a year.
func (c *Calendar) AddOpen(at time.Time, d time.Duration) (time.Time, bool) {
	if c == nil {
		return at.Add(max(0, d)), true
	}
	for from, to := range c.open(at) {
		if length := to.Sub(from); d > length {
			d -= length
			continue
		}
		return from.Add(max(0, d)), true
	}
	return time.Time{}, false
}

// OpenBetween returns how much of the time from a to b the office is open;
// what is later than a year after a does not count.
func (c *Calendar) OpenBetween(a, b time.Time) time.Duration {
	if c == nil {
		return max(0, b.Sub(a))
	}
	var sum time.Duration
	for from, to := range c.open(a) {
		if !from.Before(b) {
			break
		}
		if to.After(b) {
			to = b
		}
		sum += to.Sub(from)
	}
	return sum
}

// open yields the open times from at on, in order.
func (c *Calendar) open(at time.Time) func(yield func(from, to time.Time) bool) {
	return func(yield func(from, to time.Time) bool) {
		begin := midnight(at)
		for range maxDays {
			for _, s := range c.spans(begin) {
				from, to := begin.Add(s.From), begin.Add(s.To)
				if from.Before(at) {
					from = at
				}
				if to.After(from) && !yield(from, to) {
					return
				}
			}
			begin = begin.Add(day)
		}
	}
}
