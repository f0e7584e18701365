package flows

import (
	"slices"
	"strconv"
	"time"

	"nagorik/flows/office"
)

// Bounds of what is said about waiting.
const (
	enoughWaits = 5  // fewer answers than these say nothing of how long one takes
	roundFrom   = 10 // minutes from which on they are rounded up to five
)

// handOff passes the conversation to people and says when they answer. own is
// the text of the flow for it, if it has one; an empty team is the flow's.
// False means that the desk must be looked at first.
func (t *turn) handOff(own *text, team string, reason HandoffReason, urgent bool) bool {
	if f := t.f; team == "" && f != nil {
		team = f.team
	} else if f := t.c.byFlowID(FlowAgent); team == "" && f != nil {
		team = f.team
	}
	d, known := t.in.Found.Desk[team]
	if !known {
		t.need(Lookup{Kind: LookupDesk, Team: team})
		return false
	}
	if d.At.IsZero() {
		d.At = t.in.At
	}
	minutes := t.tellWaiting(own, d, urgent)
	t.effect(Handoff{Team: team, Reason: reason, Urgent: urgent, Promised: t.c.promise(d.At, minutes)})
	t.handed = true
	return true
}

// tellWaiting says how many are ahead and how long it takes, or when the office
// opens, and returns the minutes that an answer takes.
func (t *turn) tellWaiting(own *text, d DeskFound, urgent bool) int {
	ahead := d.Ahead
	if urgent {
		ahead = d.Urgent
	}
	minutes := t.c.answerTakes(d, ahead)
	t.fills[fillN] = t.c.digits(strconv.Itoa(ahead), t.lang)
	t.fills[fillMin] = t.c.digits(strconv.Itoa(minutes), t.lang)
	name := t.waitingText(d.At, ahead, minutes)
	usual := t.c.texts["handoff"]
	switch {
	case own == nil || own == usual:
		t.say(t.c.texts[name])
	case name == "handoff":
		t.say(own)
	default:
		t.addLead(own)
		t.say(t.c.texts[name])
	}
	return minutes
}

// waitingText is the name of what is said, whose placeholders it fills in.
func (t *turn) waitingText(now time.Time, ahead, minutes int) string {
	c := t.c.people.calendar
	opens, ok := c.NextOpen(now)
	holiday, off := c.Holiday(now)
	name := "handoff"
	switch {
	case !ok:
		return name // it never opens: nothing can be promised
	case off:
		name = "holiday"
		t.fills[fillHoliday] = holiday.Names[t.lang]
	case opens.After(now):
		name = "hours_closed"
	case t.closes(now, minutes):
		name = "hours_ending"
		opens, _ = c.AddOpen(now, time.Duration(minutes)*time.Minute)
		opens, _ = c.NextOpen(dayBegin(opens))
	case ahead > 0:
		return "handoff_q"
	default:
		return name
	}
	t.fills[fillOffice] = t.hoursInWords(c.WeekOf(opens))
	t.fills[fillOpen] = t.timeInWords(now, opens)
	return name
}

// closes reports whether the office has closed for the day before somebody can
// answer.
func (t *turn) closes(now time.Time, minutes int) bool {
	by, ok := t.c.people.calendar.AddOpen(now, time.Duration(minutes)*time.Minute)
	return ok && office.DateOf(by) != office.DateOf(now)
}

func dayBegin(at time.Time) time.Time {
	y, m, d := at.In(dhaka).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, dhaka)
}

// answerTakes is how many minutes pass until an answer, by the latest answers
// of the team: as long as they took, and as long again for so many ahead as
// there are people on duty.
func (c *Catalog) answerTakes(d DeskFound, ahead int) int {
	each := c.people.minutes
	if len(d.Waits) >= enoughWaits {
		waits := make([]time.Duration, len(d.Waits))
		for i, w := range d.Waits {
			waits[i] = c.people.calendar.OpenBetween(w.From, w.To)
		}
		slices.Sort(waits)
		each = max(1, int((waits[len(waits)/2]+time.Minute-1)/time.Minute))
	}
	minutes := each + each*ahead/max(1, d.Agents)
	if minutes > roundFrom {
		minutes = (minutes + 4) / 5 * 5
	}
	return minutes
}

// word says one of the office's words.
func (t *turn) word(name string) string { return t.renderPlain(t.c.people.words[name]) }

// timeInWords is a moment as people say it: today at 9, on Sunday at 9.
func (t *turn) timeInWords(now, at time.Time) string {
	at, now = at.In(dhaka), now.In(dhaka)
	t.fills[fillTime] = t.clockInWords(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	switch days := int(dayBegin(at).Sub(dayBegin(now)) / (24 * time.Hour)); {
	case days == 0:
		return t.word("today")
	case days == 1:
		return t.word("tomorrow")
	case days < 7:
		t.fills[fillDay] = t.word(weekdays[at.Weekday()])
		return t.word("weekday")
	default:
		t.fills[fillDate] = t.c.date(at, t.lang)
		return t.word("later")
	}
}

// partsOfDay say from which hour on a part of the day counts.
var partsOfDay = []struct {
	from int
	word string
}{{0, "night"}, {4, "dawn"}, {6, "morning"}, {12, "noon"}, {15, "afternoon"}, {18, "evening"}, {20, "late"}, {24, "night"}}

// clockInWords is a time of day on a clock of twelve hours: 9 in the morning,
// half past 3 in the afternoon.
func (t *turn) clockInWords(clock time.Duration) string {
	hour, minute := int(clock/time.Hour), int(clock%time.Hour/time.Minute)
	name := partsOfDay[0].word
	for _, p := range partsOfDay {
		if hour >= p.from {
			name = p.word
		}
	}
	shown := strconv.Itoa((hour+11)%12 + 1)
	if minute > 0 {
		shown += ":" + twoDigits(minute)
	}
	t.fills[fillHour] = t.c.digits(shown, t.lang)
	return t.word(name)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// hoursInWords is a week's hours: Sunday–Thursday 9 am – 5 pm. Days in a row
// with the same hours stand together.
func (t *turn) hoursInWords(w office.Week) string {
	all := ""
	for first := 0; first < len(w); {
		last := first
		for last+1 < len(w) && slices.Equal(w[first], w[last+1]) {
			last++
		}
		if len(w[first]) > 0 {
			if all != "" {
				all += "; "
			}
			all += t.word(weekdays[first])
			if last > first {
				all += "–" + t.word(weekdays[last])
			}
			all += " " + t.spansInWords(w[first])
		}
		first = last + 1
	}
	return all
}

func (t *turn) spansInWords(spans []office.Span) string {
	all := ""
	for i, s := range spans {
		if i > 0 {
			all += ", "
		}
		all += t.clockInWords(s.From) + " – " + t.clockInWords(s.To)
	}
	return all
}

// Requeued is what somebody is told who had a person and waits again: that
// another will answer soon, or when the office opens.
func (c *Catalog) Requeued(lang string, face Face, now time.Time) string {
	t := &turn{c: c, lang: c.lang(lang), in: &Input{Face: face}}
	switch name := t.waitingText(now, 0, c.people.minutes); name {
	case "handoff":
		return t.render(c.texts["requeued"])
	default:
		return t.render(c.texts[name])
	}
}
