package flows

import (
	"testing"
	"time"
)

func TestQuietHours(t *testing.T) {
	for name, c := range map[string]struct {
		quiet Quiet
		at    string
		until string // empty: it is not quiet
	}{
		"before":               {UsualQuiet, "26 20:59", ""},
		"from the beginning":   {UsualQuiet, "26 21:00", "27 08:00"},
		"until midnight":       {UsualQuiet, "26 23:59", "27 08:00"},
		"from midnight":        {UsualQuiet, "27 00:00", "27 08:00"},
		"until the end":        {UsualQuiet, "27 07:59", "27 08:00"},
		"not at the end":       {UsualQuiet, "27 08:00", ""},
		"within a day":         {Quiet{12 * time.Hour, 14 * time.Hour}, "26 13:00", "26 14:00"},
		"after those":          {Quiet{12 * time.Hour, 14 * time.Hour}, "26 14:00", ""},
		"before those":         {Quiet{12 * time.Hour, 14 * time.Hour}, "26 11:59", ""},
		"until midnight sharp": {Quiet{22 * time.Hour, 24 * time.Hour}, "26 23:00", "27 00:00"},
		"never":                {Quiet{}, "26 00:00", ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+c.at, dhaka)
		if err != nil {
			t.Fatal(err)
		}
		until, quiet := c.quiet.Until(at.UTC())
		if got := until.In(dhaka).Format("02 15:04"); quiet != (c.until != "") || quiet && got != c.until {
			t.Errorf("%s: quiet %v until %s", name, quiet, got)
		}
	}
}

// Words of a topic mean it only as the whole message, and nothing else.
func TestTopicWords(t *testing.T) {
	c := shipped(t)
	for says, want := range map[string]*Subscribe{
		"STOP NEWS": {"news", false}, "news stop": {"news", false}, "খবর বন্ধ": {"news", false}, "বন্ধ করুন নগরের খবর": {"news", false}, "খবর চাই না": {"news", false},
		"START NEWS": {"news", true}, "খবর চালু": {"news", true}, "করের খবর বন্ধ": {"tax", false}, "stop health": {"health", false},
		"কাজ বন্ধ": nil, "বন্ধ কর": nil, "খবর": nil, "stop": nil, "রাস্তার কাজ বন্ধ হয়ে আছে, কোনো খবর নেই": nil,
	} {
		for _, muted := range []bool{false, true} {
			turn := c.Step(Session{}, Input{Kind: InputText, Text: says, At: time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC), Face: Face{Name: "sms", Short: true}, Muted: muted, Case: 10001})
			var got *Subscribe
			for _, e := range turn.Effects {
				if s, ok := e.(Subscribe); ok {
					got = &s
				}
			}
			if (got == nil) != (want == nil) || got != nil && *got != *want {
				t.Errorf("%q: %+v, want %+v", says, got, want)
			}
			if got != nil && len(turn.Messages) != map[bool]int{true: 0, false: 1}[muted && !got.Wanted] {
				t.Errorf("%q, muted %v: %+v", says, muted, turn.Messages)
			}
		}
	}
}
