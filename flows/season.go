package flows

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// A service with a season is live between two dates, first and last day
// included. Then it stands on top of its menu; on all other days it is not in
// it, and whoever asks for it comes to the service under `outside`:
//
//	season:
//	  - {from: 06-01, to: 10-31}              # every year
//	  - {from: 2027-05-15, to: 2027-05-24}    # that year
//	outside: waste

// maxSeasons bounds the lines of one season.
const maxSeasons = 50

// yearly is how a day of every year is written.
const yearly = "01-02"

// span is a stretch of days, written as in the flow file; both ends in the same
// way.
type span struct{ from, to string }

// holds reports whether a day lies in the span. One of every year may go over
// the new year.
func (s span) holds(day time.Time) bool {
	if len(s.from) == len(time.DateOnly) {
		d := day.Format(time.DateOnly)
		return s.from <= d && d <= s.to
	}
	d := day.Format(yearly)
	if s.from <= s.to {
		return s.from <= d && d <= s.to
	}
	return s.from <= d || d <= s.to
}

// live reports whether the service is there at a moment. One without a season
// always is.
func (f *flow) live(at time.Time) bool {
	if len(f.season) == 0 {
		return true
	}
	day := at.In(dhaka)
	return slices.ContainsFunc(f.season, func(s span) bool { return s.holds(day) })
}

// inSeason is the flow itself while it is live, and otherwise the one that
// takes its matters.
func (t *turn) inSeason(f *flow) *flow {
	if f == nil || f.live(t.in.At) {
		return f
	}
	return t.c.flows[f.outside]
}

// Live reports whether a service is offered at a moment; an unknown one is not.
func (c *Catalog) Live(id string, at time.Time) bool {
	f := c.byFlowID(id)
	return f != nil && f.live(at)
}

// items are the lines of a menu as they stand on a day: services in season
// first, and numbered from 1 where the file gives no number. Those out of season
// are left out.
func (c *Catalog) items(m *menu, at time.Time) []menuItem {
	if !m.seasonal {
		return m.items
	}
	list := make([]menuItem, 0, len(m.items))
	for _, first := range []bool{true, false} {
		for _, item := range m.items {
			seasonal := item.flow >= 0 && len(c.flows[item.flow].season) > 0
			if seasonal == first && (!seasonal || c.flows[item.flow].live(at)) {
				list = append(list, item)
			}
		}
	}
	count(list)
	return list
}

// count numbers the lines that have no number of their own.
func count(list []menuItem) {
	n := 0
	for i := range list {
		if !list[i].counted {
			continue
		}
		n++
		for slices.ContainsFunc(list, func(x menuItem) bool { return !x.counted && x.number == n }) {
			n++
		}
		list[i].number = n
	}
}

// season reads the lines of a season.
func (r *reader) season(n *yaml.Node) []draftSpan {
	var list []draftSpan
	for _, item := range r.items(n, "season") {
		f := r.fields(item, "a line of season", "from", "to")
		if f == nil {
			continue
		}
		s := draftSpan{position: r.at(item)}
		for name, to := range map[string]*string{"from": &s.from, "to": &s.to} {
			if x := f[name]; x != nil {
				*to = r.word(x, name).text
			}
		}
		switch whole, every := bothDates(time.DateOnly, s.span), bothDates(yearly, s.span); {
		case !whole && !every:
			r.fail(s.position, "a season needs from and to: both days such as 06-01, or both dates such as 2027-05-15")
		case whole && s.from > s.to:
			r.fail(s.position, "this season ends before it begins")
		default:
			list = append(list, s)
		}
	}
	if len(list) > maxSeasons {
		r.fail(list[maxSeasons].position, "more than %d lines of season", maxSeasons)
		list = list[:maxSeasons]
	}
	return list
}

func bothDates(layout string, s span) bool {
	for _, d := range [...]string{s.from, s.to} {
		if layout == yearly {
			d = "2024-" + d // a year that has a 29 February
		}
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return false
		}
	}
	return true
}

type draftSpan struct {
	position
	span
}

// seasons compiles when a service is live, and who takes its matters otherwise.
func (k *compiler) seasons(f *flow, d *draftFlow) {
	if len(d.season) == 0 {
		if d.outside.text != "" && !d.seasonal {
			k.fail(d.outside.position, "`outside` belongs to a season: add `season`, or leave it out")
		}
		return
	}
	for _, s := range d.season {
		f.season = append(f.season, s.span)
	}
	i, ok := k.c.byFlow[d.outside.text]
	switch {
	case d.outside.text == "":
		k.fail(d.id.position, "flow %q has a season: it needs `outside`, the service for the rest of the year", d.id.text)
	case !ok:
		k.fail(d.outside.position, "there is no service %q%s", d.outside.text, suggest(d.outside.text, k.flowNames()))
	case len(k.d.flows[i].season) > 0:
		k.fail(d.outside.position, "%q has a season itself: take a service that is always there", d.outside.text)
	default:
		f.outside = i
	}
}
