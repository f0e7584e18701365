package flows

import (
	"os"
	"strings"
	"testing"
	"time"

	"nagorik/flows/place"
)

// withSettings is the shipped file with a few settings more and a service that
// shows them.
func withSettings(t *testing.T, settings string) []byte {
	t.Helper()
	shipped, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(shipped), "  settings:\n", "  settings:\n"+settings, 1)
	text = strings.Replace(text, "\nflows:\n  drainage:", `
flows:
  money:
    title: {bn: টাকা, en: Money}
    kind: question
    team: front_desk
    triggers: {en: [zzmoney]}
    states:
      which:
        branch:
          - {if: today <= last_day, next: early}
          - next: late
      early:
        say: {bn: "{fee} টাকা, {last_day}, {officer}, {line}", en: "Tk {fee}, {last_day}, {officer}, {line}"}
        next: done
      late:
        say: {bn: দেরি, en: late}
        next: done
      done:
        end: true

  drainage:`, 1)
	return []byte(text)
}

const allSettings = `    fee: {value: 123456, unit: taka, source: s, checked_on: 2026-11-23}
    last_day: {value: 2026-11-23, unit: date, source: s, checked_on: 2026-11-23}
    officer: {value: {bn: প্রশাসক, en: Administrator}, source: s, checked_on: 2026-11-23}
    line: {value: 16106, source: s, checked_on: 2026-11-23}
`

func TestSettingsAreShownInEachLanguage(t *testing.T) {
	c, faults := Load(place.Sample(), File{Name: "flows.yaml", Text: withSettings(t, allSettings)})
	if c == nil {
		t.Fatal(faults)
	}
	d := newDesk(t, c)
	for _, step := range []struct{ say, want string }{
		{"zzmoney", "১,২৩,৪৫৬ টাকা, ২৩/১১/২০২৬, প্রশাসক, ১৬১০৬"},
		{"english", ""},
		{"zzmoney", "Tk 1,23,456, 23/11/2026, Administrator, 16106"},
	} {
		turn := d.step(Input{Kind: InputText, Text: step.say})
		if step.want != "" && (len(turn.Messages) == 0 || turn.Messages[0].Text != step.want) {
			t.Errorf("%q: %+v, want %q", step.say, turn.Messages, step.want)
		}
	}
	d.at = time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC) // half past midnight of the 24th in Dhaka
	if turn := d.step(Input{Kind: InputText, Text: "zzmoney"}); turn.Messages[0].Text != "late" {
		t.Errorf("after the last day: %+v", turn.Messages)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for want, setting := range map[string]string{
		"plain number":        "fee: {value: many, unit: taka, source: s, checked_on: 2026-11-23}",
		"written like 2026":   "fee: {value: 30/9, unit: date, source: s, checked_on: 2026-11-23}",
		"there is no unit":    "fee: {value: 3, unit: pounds, source: s, checked_on: 2026-11-23}",
		"has no text in bn":   "fee: {value: {en: x}, source: s, checked_on: 2026-11-23}",
		"take another name":   "today: {value: 1, source: s, checked_on: 2026-11-23}",
		"no `shared` and no":  "fee: {value: {shared: help}, source: s, checked_on: 2026-11-23}",
		"is missing in en; b": "fee: {value: {bn: ক}, source: s, checked_on: 2026-11-23}",
	} {
		text := withSettings(t, allSettings[strings.IndexByte(allSettings, '\n')+1:]+"    "+setting+"\n")
		_, faults := Load(place.Sample(), File{Name: "flows.yaml", Text: text})
		found := false
		for _, f := range faults {
			found = found || strings.Contains(f.Message, want)
		}
		if !found {
			t.Errorf("no fault %q for %q: %v", want, setting, faults)
		}
	}
}
