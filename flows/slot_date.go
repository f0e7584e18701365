package flows

import (
	"time"

	"nagorik/flows/bangla"
)

// A date slot takes a day, also "today" and Bangla months:
//
//	since:
//	  type: date
//	  label: {bn: কবে থেকে, en: Since}
var dateSlot = slotKind{
	takes: settingsOf(), bad: "bad_date", example: "example_date",
	typeOf: stringType, valueOf: textOf, read: readDate, show: showDate,
	fits: func(_ *Catalog, _ *slot, v Value) bool {
		_, err := time.Parse(time.DateOnly, v.Text)
		return v.Shape == TextShape && err == nil
	},
}

// dhaka is Bangladesh Standard Time: UTC+6 all year.
var dhaka = time.FixedZone("+06", 6*60*60)

func readDate(t *turn, _ *slot) reading {
	if t.in.Kind != InputText {
		return reading{}
	}
	year, month, date := t.in.At.In(dhaka).Date()
	day, ok := bangla.DateFrom(t.text, time.Date(year, month, date, 0, 0, 0, 0, time.UTC))
	if !ok || day.Year() < 1900 || day.Year() > 2100 {
		return reading{}
	}
	return reading{result: took, value: DateValue(day), why: "a date"}
}

// showDate writes day/month/year, as dates are read in Bangladesh.
func showDate(t *turn, _ *slot, v Value) string {
	day, err := time.Parse(time.DateOnly, v.Text)
	if err != nil {
		return v.Text
	}
	return t.c.date(day, t.lang)
}

func (c *Catalog) date(day time.Time, lang int) string {
	return c.digits(day.Format("02/01/2006"), lang)
}
