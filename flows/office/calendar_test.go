package office

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, dhaka)
	if err != nil {
		panic(err)
	}
	return t
}

// sample is open Sunday to Thursday from 9 to 17, in Ramadan from 9 to 15:30
// with a pause for prayer, and closed on Victory Day.
func sample() *Calendar {
	c := &Calendar{
		Periods:  []Period{{From: Date{2027, 2, 8}, To: Date{2027, 3, 9}}},
		Holidays: []Holiday{{Date: Date{0, time.December, 16}}, {Date: Date{2027, 3, 10}}},
	}
	for d := time.Sunday; d <= time.Thursday; d++ {
		c.Week[d] = []Span{{9 * time.Hour, 17 * time.Hour}}
		c.Periods[0].Week[d] = []Span{{9 * time.Hour, 13 * time.Hour}, {13*time.Hour + 15*time.Minute, 15*time.Hour + 30*time.Minute}}
	}
	return c
}

func TestNextOpen(t *testing.T) {
	for name, c := range map[string]struct{ after, want string }{
		"open":                    {"2026-11-23 12:00", "2026-11-23 12:00"},
		"early in the morning":    {"2026-11-23 06:30", "2026-11-23 09:00"},
		"at closing":              {"2026-11-23 17:00", "2026-11-24 09:00"},
		"after Thursday":          {"2026-11-26 18:00", "2026-11-29 09:00"},
		"before a holiday":        {"2026-12-15 20:00", "2026-12-17 09:00"},
		"on a holiday":            {"2026-12-16 11:00", "2026-12-17 09:00"},
		"a holiday of every year": {"2027-12-16 11:00", "2027-12-19 09:00"},
		"a pause":                 {"2027-02-09 13:05", "2027-02-09 13:15"},
		"a Ramadan afternoon":     {"2027-02-09 15:30", "2027-02-10 09:00"},
		"after Ramadan":           {"2027-03-09 16:00", "2027-03-11 09:00"},
	} {
		got, ok := sample().NextOpen(at(c.after))
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("%s: %v %v, want %s", name, got, ok, c.want)
		}
	}
}

func TestAddOpen(t *testing.T) {
	for name, c := range map[string]struct {
		from, want string
		d          time.Duration
	}{
		"within the day":     {"2026-11-23 10:00", "2026-11-23 10:30", 30 * time.Minute},
		"over the night":     {"2026-11-23 16:50", "2026-11-24 09:20", 30 * time.Minute},
		"over the weekend":   {"2026-11-26 16:50", "2026-11-29 09:20", 30 * time.Minute},
		"from a closed hour": {"2026-11-23 03:00", "2026-11-23 09:30", 30 * time.Minute},
		"until closing":      {"2026-11-23 16:30", "2026-11-23 17:00", 30 * time.Minute},
		"nothing":            {"2026-11-23 18:00", "2026-11-24 09:00", 0},
		"two days":           {"2026-11-23 09:00", "2026-11-24 17:00", 16 * time.Hour},
	} {
		got, ok := sample().AddOpen(at(c.from), c.d)
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("%s: %v %v, want %s", name, got, ok, c.want)
		}
	}
}

func TestAnOfficeThatNeverOpens(t *testing.T) {
	c := &Calendar{}
	if _, ok := c.NextOpen(at("2026-11-23 10:00")); ok || c.IsOpen(at("2026-11-23 10:00")) {
		t.Error("it is open")
	}
	if _, ok := c.AddOpen(at("2026-11-23 10:00"), time.Hour); ok {
		t.Error("an hour goes by")
	}
}

func TestAnOfficeThatNeverCloses(t *testing.T) {
	var c *Calendar
	now := at("2026-11-27 03:00")
	next, _ := c.NextOpen(now)
	by, _ := c.AddOpen(now, time.Hour)
	if _, off := c.Holiday(now); off || !c.IsOpen(now) || !next.Equal(now) || !by.Equal(now.Add(time.Hour)) || c.OpenBetween(now, by) != time.Hour {
		t.Errorf("%v, %v", next, by)
	}
}

// calendars draws calendars whose hours begin and end at full minutes.
func calendars(rt *rapid.T) *Calendar {
	week := func(name string) (w Week) {
		for d := range w {
			cuts := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*60), 0, 4, rapid.ID[int]).Draw(rt, name)
			slices.Sort(cuts)
			for i := 0; i+1 < len(cuts); i += 2 {
				w[d] = append(w[d], Span{time.Duration(cuts[i]) * time.Minute, time.Duration(cuts[i+1]) * time.Minute})
			}
		}
		return w
	}
	c := &Calendar{Week: week("hours")}
	date := func(name string) Date {
		return DateOf(start.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, name)) * day))
	}
	if rapid.Bool().Draw(rt, "period") {
		c.Periods = []Period{{From: date("from"), To: date("to"), Week: week("other hours")}}
	}
	for range rapid.IntRange(0, 3).Draw(rt, "holidays") {
		c.Holidays = append(c.Holidays, Holiday{Date: date("holiday")})
	}
	return c
}

// start is a day shortly before a new year.
var start = time.Date(2026, 12, 20, 0, 0, 0, 0, dhaka)

// moments draws moments of the three weeks after start, some of them at full
// minutes.
func moments(rt *rapid.T) time.Time {
	at := start.Add(time.Duration(rapid.IntRange(0, 21*24*60).Draw(rt, "minute")) * time.Minute)
	return at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 59}).Draw(rt, "second")) * time.Second)
}

func TestOpeningIsTheFirstOpenMoment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, now := calendars(rt), moments(rt)
		opens, ok := c.NextOpen(now)
		if !ok {
			for d := range 7 * 24 * 4 { // a week later nothing is drawn any more but the weekly hours
				if later := now.Add(30*day + time.Duration(d)*15*time.Minute); c.IsOpen(later) {
					rt.Fatalf("no opening, but it is open at %v", later)
				}
			}
			return
		}
		if !c.IsOpen(opens) || opens.Before(now) {
			rt.Fatalf("closed at its opening %v", opens)
		}
		for m := now; m.Before(opens) && m.Sub(now) < 3*day; m = m.Add(time.Minute) {
			if c.IsOpen(m) {
				rt.Fatalf("open at %v, before its opening %v", m, opens)
			}
		}
	})
}

func TestOpenTimeAddsUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, now := calendars(rt), moments(rt)
		d := time.Duration(rapid.IntRange(0, 3000).Draw(rt, "minutes")) * time.Minute
		by, ok := c.AddOpen(now, d)
		if !ok {
			return
		}
		if got := c.OpenBetween(now, by); got != d {
			rt.Fatalf("%v after %v is %v, with %v of open time between", d, now, by, got)
		}
		more := time.Duration(rapid.IntRange(0, 600).Draw(rt, "more")) * time.Minute
		if at, ok := c.AddOpen(now, d+more); ok && at.Before(by) {
			rt.Fatalf("more time ends earlier: %v, %v", at, by)
		}
		if d == 0 && !c.IsOpen(by) {
			rt.Fatalf("closed at %v", by)
		}
	})
}

// TestOpenTimeIsCounted holds OpenBetween against counting minutes.
func TestOpenTimeIsCounted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := calendars(rt)
		a := moments(rt).Truncate(time.Minute)
		b := a.Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(rt, "length")) * time.Minute)
		var want time.Duration
		for m := a; m.Before(b); m = m.Add(time.Minute) {
			if c.IsOpen(m) {
				want += time.Minute
			}
		}
		if got := c.OpenBetween(a, b); got != want {
			rt.Fatalf("from %v to %v: %v, want %v", a, b, got, want)
		}
	})
}

func TestHolidaysAreClosed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, now := calendars(rt), moments(rt)
		if _, off := c.Holiday(now); off && c.IsOpen(now) {
			rt.Fatalf("open on a holiday: %v", now)
		}
	})
}
