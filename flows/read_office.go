package flows

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"nagorik/flows/office"
)

// weekdays are how a flow file names the days, Sunday first.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// How waiting conversations come to people.
const (
	assignByHand    = "by_hand"
	assignAutomatic = "automatic"
)

// draftOffice is when people answer, as it was written.
type draftOffice struct {
	position
	automatic bool
	within    time.Duration
	week      office.Week
	holidays  []draftHoliday
	periods   []draftPeriod
	words     []draftNamed
}

type draftHoliday struct {
	date office.Date
	name draftText
}

type draftPeriod struct {
	position
	office.Period
}

// office reads
//
//	office:
//	  source: Notice of the administration
//	  checked_on: 2026-11-25
//	  assign: by_hand                       or automatic
//	  answer_within: 30m
//	  hours: {sun-thu: 9:00-17:00}          a day that is not there is a day off
//	  holidays:
//	    12-16: {bn: বিজয় দিবস, en: Victory Day}     every year
//	    2027-03-10: {bn: ঈদুল ফিতর, en: Eid-ul-Fitr}
//	  other_hours:
//	    - {from: 2027-02-08, to: 2027-03-09, hours: {sun-thu: 9:00-15:30}}
//	  words: {today: {bn: আজ {time}য়, en: today at {time}}, …}
func (r *reader) office(d *draft, m member) {
	if !r.once(m, d.office.line > 0) {
		return
	}
	d.office.position = m.key.position
	f := r.fields(m.value, "office", "source", "checked_on", "needs_checking", "assign", "answer_within", "hours", "holidays", "other_hours", "words")
	r.sourced(f, m.key.position, "office")
	if n := f["assign"]; n != nil {
		d.office.automatic = r.assign(n)
	}
	if n := f["answer_within"]; n != nil {
		d.office.within = r.duration(n, "answer_within")
	}
	if n := f["hours"]; n != nil {
		d.office.week = r.week(n)
	} else if f != nil {
		r.fail(m.key.position, "office needs hours, such as {sun-thu: 9:00-17:00}")
	}
	if n := f["holidays"]; n != nil {
		r.holidays(d, n)
	}
	if n := f["other_hours"]; n != nil {
		r.periods(d, n)
	}
	if n := f["words"]; n != nil {
		d.office.words = r.named(n, "words")
	}
}

// sourced reads where a fact of the city comes from and when somebody last
// looked. at is where the fact is named, what how.
func (r *reader) sourced(f map[string]*yaml.Node, at position, what string) {
	for _, need := range []string{"source", "checked_on"} {
		if f != nil && f[need] == nil {
			r.fail(at, "%s needs %s", what, need)
		}
	}
	if n := f["source"]; n != nil {
		r.word(n, "source")
	}
	if n := f["checked_on"]; n != nil {
		if _, err := time.Parse(time.DateOnly, n.Value); err != nil {
			r.fail(r.at(n), "checked_on must be a date such as 2026-11-23")
		}
	}
	if n := f["needs_checking"]; n != nil && r.boolean(n, "needs_checking") {
		r.warn(at, "%s is marked as needing a check", what)
	}
}

func (r *reader) assign(n *yaml.Node) bool {
	w := r.word(n, "assign")
	if w.text != "" && w.text != assignByHand && w.text != assignAutomatic {
		r.fail(w.position, "assign must be %s or %s", assignByHand, assignAutomatic)
	}
	return w.text == assignAutomatic
}

// week reads hours by day, or by days in a row: sun-thu.
func (r *reader) week(n *yaml.Node) (week office.Week) {
	for _, m := range r.members(n, "hours") {
		spans := r.spans(m.value)
		for _, d := range r.days(m.key) {
			if len(week[d]) > 0 {
				r.fail(m.key.position, "%s has hours already in this list", weekdays[d])
				continue
			}
			week[d] = spans
		}
	}
	return week
}

// days are the weekdays of "sun" or "sun-thu".
func (r *reader) days(w word) (list []int) {
	first, last, several := strings.Cut(w.text, "-")
	if !several {
		last = first
	}
	from, to := r.weekday(w, first), r.weekday(w, last)
	if from < 0 || to < 0 {
		return nil
	}
	for d := from; ; d = (d + 1) % len(weekdays) {
		if list = append(list, d); d == to {
			return list
		}
	}
}

func (r *reader) weekday(w word, name string) int {
	for i, known := range weekdays {
		if known == name {
			return i
		}
	}
	r.fail(w.position, "%q is no day%s", name, suggest(name, weekdays))
	return -1
}

// spans reads 9:00-17:00, or a list of such in their order.
func (r *reader) spans(n *yaml.Node) (spans []office.Span) {
	for _, w := range r.words(n, "hours") {
		if w.text == "" {
			continue
		}
		from, to, ok := strings.Cut(w.text, "-")
		begins, fine := clock(from)
		ends, well := clock(to)
		switch {
		case !ok || !fine || !well:
			r.fail(w.position, "hours are written like 9:00-17:00")
		case ends <= begins:
			r.fail(w.position, "these hours end before they begin: for a night give 20:00-24:00 and, on the next day, 0:00-6:00")
		case len(spans) > 0 && begins < spans[len(spans)-1].To:
			r.fail(w.position, "these hours begin before the ones in front of them end")
		default:
			spans = append(spans, office.Span{From: begins, To: ends})
		}
	}
	return spans
}

// clock reads a time of day from 0:00 to 24:00.
func clock(s string) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

// holidays reads days with their names. A day without a year is one of every
// year.
func (r *reader) holidays(d *draft, n *yaml.Node) {
	for _, m := range r.members(n, "holidays") {
		date, ok := dateOf(m.key.text)
		if !ok {
			every, err := time.Parse("01-02", m.key.text)
			if date = office.DateOf(every); err != nil {
				r.fail(m.key.position, "a holiday is a date such as 2027-03-10, or 12-16 for one of every year")
			}
			date.Year = 0
		}
		d.office.holidays = append(d.office.holidays, draftHoliday{date, r.text(m.value, "the name of a holiday")})
	}
}

func dateOf(s string) (office.Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return office.DateOf(t), err == nil
}

// periods reads times with other hours.
func (r *reader) periods(d *draft, n *yaml.Node) {
	for _, item := range r.items(n, "other_hours") {
		f := r.fields(item, "a line of other_hours", "from", "to", "hours")
		if f == nil {
			continue
		}
		p := draftPeriod{position: r.at(item)}
		var begins, ends bool
		p.From, begins = dateIn(f["from"])
		p.To, ends = dateIn(f["to"])
		if n := f["hours"]; n != nil {
			p.Week = r.week(n)
		} else {
			r.fail(p.position, "other_hours need hours")
		}
		switch {
		case !begins || !ends:
			r.fail(p.position, "other_hours need from and to, dates such as 2027-02-08")
		case !p.Holds(p.From):
			r.fail(p.position, "other_hours end before they begin")
		default:
			d.office.periods = append(d.office.periods, p)
		}
	}
}

func dateIn(n *yaml.Node) (office.Date, bool) {
	if n == nil {
		return office.Date{}, false
	}
	return dateOf(n.Value)
}
