package reports

import "time"

// span is a stretch of days whose figures are read by the day or by the month.
type span struct{ which, first, last string }

// spans cut the days asked for into whole months and the days around them.
func (b *builder) spans(daily bool) []span {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	months, _ := monthOf(b.From)
	if months.Before(b.From) {
		months = months.AddDate(0, 1, 0)
	}
	after := b.To.AddDate(0, 0, 1)
	rest, _ := monthOf(after)
	if daily || !months.Before(rest) {
		return []span{{"NOT c.monthly", b.first, b.last}}
	}
	list := []span{{"c.monthly", day(months), day(rest.AddDate(0, 0, -1))}}
	if b.From.Before(months) {
		list = append(list, span{"NOT c.monthly", b.first, day(months.AddDate(0, 0, -1))})
	}
	if rest.Before(after) {
		list = append(list, span{"NOT c.monthly", day(rest), b.last})
	}
	return list
}
