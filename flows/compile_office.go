package flows

import (
	"strings"
	"time"

	"nagorik/flows/office"
)

// usualMinutes is how long an answer takes where neither the desk's own record
// nor the setting reply_minutes says it.
const usualMinutes = 15

// settingReply is the setting that says how many minutes an answer takes.
const settingReply = "reply_minutes"

// people is what a catalogue knows of those who answer.
type people struct {
	calendar  *office.Calendar // nil: somebody is always there
	within    time.Duration    // in which an answer is promised; 0: twice as long as it usually takes
	minutes   int              // how long an answer usually takes
	automatic bool
	words     map[string]*text
}

// officeWords are how times are said, with the placeholders each may use.
var officeWords = map[string][]string{
	"today": {"time"}, "tomorrow": {"time"}, "weekday": {"day", "time"}, "later": {"date", "time"},
	"night": {"hour"}, "dawn": {"hour"}, "morning": {"hour"}, "noon": {"hour"}, "afternoon": {"hour"}, "evening": {"hour"}, "late": {"hour"},
	"sun": nil, "mon": nil, "tue": nil, "wed": nil, "thu": nil, "fri": nil, "sat": nil,
}

// office compiles when people answer.
func (k *compiler) office() {
	k.c.people.minutes = usualMinutes
	if n, ok := k.c.settings[settingReply].(float64); ok && n >= 1 && n <= 24*60 {
		k.c.people.minutes = int(n)
	}
	o := &k.d.office
	if o.line == 0 {
		return
	}
	c := &office.Calendar{Week: o.week}
	for _, h := range o.holidays {
		c.Holidays = append(c.Holidays, office.Holiday{Date: h.date, Names: k.labels(h.name, "the name of a holiday")})
	}
	for _, p := range o.periods {
		for _, other := range c.Periods {
			if other.Holds(p.From) || p.Holds(other.From) {
				k.fail(p.position, "these days have other hours already")
			}
		}
		c.Periods = append(c.Periods, p.Period)
	}
	k.c.people.calendar, k.c.people.within, k.c.people.automatic = c, o.within, o.automatic
	k.officeWords(o)
}

func (k *compiler) officeWords(o *draftOffice) {
	k.c.people.words = make(map[string]*text, len(officeWords))
	for _, w := range o.words {
		fills, known := officeWords[w.name.text]
		if !known {
			k.fail(w.name.position, "office has no word %q%s", w.name.text, suggest(w.name.text, keys(officeWords)))
			continue
		}
		k.c.people.words[w.name.text] = k.text(w.text, scope{fills: fills, what: "the word " + w.name.text}, false)
	}
	var missing []string
	for _, name := range keys(officeWords) {
		if k.c.people.words[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		k.fail(o.position, "`words` of office lack %s", strings.Join(missing, ", "))
	}
}

// Office is when people answer; nil, which never closes, where the catalogue
// does not say.
func (c *Catalog) Office() *office.Calendar { return c.people.calendar }

// AssignsAutomatically reports whether waiting conversations go to people by
// themselves, instead of being taken.
func (c *Catalog) AssignsAutomatically() bool { return c.people.automatic }

// Promise is until when somebody who begins to wait now shall have an answer;
// zero where the office does not open within a year.
func (c *Catalog) Promise(now time.Time) time.Time { return c.promise(now, c.people.minutes) }

// promise is Promise where an answer takes so many minutes.
func (c *Catalog) promise(now time.Time, minutes int) time.Time {
	takes := time.Duration(minutes) * time.Minute
	within := 2 * takes
	if c.people.within > 0 {
		within = max(c.people.within, takes)
	}
	by, _ := c.people.calendar.AddOpen(now, within)
	return by
}
