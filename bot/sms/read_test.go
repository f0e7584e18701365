package sms

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

func TestNumber(t *testing.T) {
	raw, err := os.ReadFile("testdata/msisdn.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors [][2]*string
	if err := json.Unmarshal(raw, &vectors); err != nil || len(vectors) < 20 {
		t.Fatal(len(vectors), err)
	}
	for _, v := range vectors {
		got, ok := Number(*v[0])
		if want := v[1]; ok != (want != nil) || ok && got != *want {
			t.Errorf("%q is %q, %v", *v[0], got, ok)
		}
	}
	for _, s := range []string{"GP 01712345678", "tel:8801712345678", "+88017123456780000000000000000000000000000000", "01712345678\x00"} {
		if got, ok := Number(s); ok {
			t.Errorf("%q is %q", s, got)
		}
	}
}

func TestKeyword(t *testing.T) {
	for text, want := range map[string]flows.Carrier{
		"STOP": flows.CarrierStop, " stop ": flows.CarrierStop, "Cancel": flows.CarrierStop, "stop  all": flows.CarrierStop,
		"start": flows.CarrierStart, "HELP": flows.CarrierHelp,
		"stop the drain": "", "YES": "", "স্টপ": "", "": "", "the end": "",
	} {
		if got := Keyword(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// repeats says whether the second of two messages, some time apart, counts as
// the first one again, as the record finds out.
func repeats(text string, start time.Time, apart time.Duration, stamps ...string) bool {
	first, second := bot.Event{Via: "g", Address: "+8801712345678", Text: text}, bot.Event{Via: "g", Address: "+8801712345678", Text: text}
	one, two := "", ""
	if len(stamps) == 2 {
		one, two = stamps[0], stamps[1]
	}
	Unnamed(&first, "26969", one, start)
	Unnamed(&second, "26969", two, start.Add(apart))
	return second.ProviderID == first.ProviderID || second.Twin == first.ProviderID && !start.Before(second.TwinSince)
}

func TestUnnamed(t *testing.T) {
	start := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	for range 50 { // wherever the slices of time begin
		start = start.Add(7 * time.Second)
		for _, c := range []struct {
			text   string
			apart  time.Duration
			stamps []string
			want   bool
		}{
			{"ড্রেন বন্ধ", 0, nil, true},
			{"ড্রেন বন্ধ", 4*time.Minute + 59*time.Second, nil, true},
			{"ড্রেন বন্ধ", 5*time.Minute + time.Second, nil, false},
			{"1", 10 * time.Second, nil, true},
			{"1", 20 * time.Second, nil, false},
			{"হ্যাঁ", 20 * time.Second, nil, false},
			{"ড্রেন বন্ধ", time.Minute, []string{"10:00:00", "10:00:00"}, true},
			{"ড্রেন বন্ধ", time.Minute, []string{"10:00:00", "10:01:00"}, false},
		} {
			if got := repeats(c.text, start, c.apart, c.stamps...); got != c.want {
				t.Errorf("%q after %v, stamps %v, from %v: repeat %v", c.text, c.apart, c.stamps, start, got)
			}
		}
	}
	a, b := bot.Event{Via: "g", Address: "+8801712345678", Text: "hi there"}, bot.Event{Via: "h", Address: "+8801712345678", Text: "hi there"}
	Unnamed(&a, "1", "", start)
	Unnamed(&b, "1", "", start)
	if a.ProviderID == b.ProviderID {
		t.Error("the same text by two links is one message")
	}
}
