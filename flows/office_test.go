package flows

import (
	"os"
	"strings"
	"testing"
	"time"

	"nagorik/flows/gsm"
	"nagorik/flows/office"
	"nagorik/flows/place"
)

// withOffice is the shipped catalogue with its office changed.
func withOffice(t testing.TB, old, changed string) (*Catalog, []Fault) {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("flows.yaml no longer holds %q", old)
	}
	return Load(place.Sample(), File{Name: "flows.yaml", Text: []byte(strings.Replace(string(text), old, changed, 1))})
}

// ramadan is the shipped catalogue with the hours of a Ramadan.
func ramadan(t testing.TB) *Catalog {
	t.Helper()
	c, faults := withOffice(t, "  # other_hours:", "  other_hours: [{from: 2027-02-08, to: 2027-03-09, hours: {sun-thu: [9:00-13:00, 13:15-15:30]}}]\n  # other_hours:")
	if c == nil {
		t.Fatal(faults)
	}
	return c
}

// TestOtherHours plays a transcript against a catalogue that has other hours.
func TestOtherHours(t *testing.T) {
	const file = "testdata/other_hours/ramadan.txt"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, file, play(t, ramadan(t), string(source)))
}

func TestPromiseIsInOpenTime(t *testing.T) {
	c := ramadan(t)
	for name, p := range map[string]struct {
		at, want string
		desk     DeskFound
	}{
		"open":                 {"2026-11-23 10:00", "2026-11-23 10:30", DeskFound{}},
		"others wait":          {"2026-11-23 10:00", "2026-11-23 12:00", DeskFound{Ahead: 3, Agents: 1}},
		"before closing":       {"2026-11-23 16:45", "2026-11-24 09:15", DeskFound{}},
		"closed":               {"2026-11-26 20:00", "2026-11-29 09:30", DeskFound{}},
		"a holiday":            {"2026-12-16 11:00", "2026-12-17 09:30", DeskFound{}},
		"a Ramadan afternoon":  {"2027-02-09 15:15", "2027-02-10 09:15", DeskFound{}},
		"long after the input": {"2026-11-23 10:00", "2026-11-24 09:30", DeskFound{At: when("2026-11-23 20:00")}},
	} {
		turn := c.Step(Session{}, Input{Kind: InputText, Text: "মানুষ", At: when(p.at), Found: Found{Desk: map[string]DeskFound{"front_desk": p.desk}}})
		got := time.Time{}
		for _, e := range turn.Effects {
			if h, ok := e.(Handoff); ok {
				got = h.Promised
			}
		}
		if !got.Equal(when(p.want)) {
			t.Errorf("%s: promised by %v, want %s", name, got, p.want)
		}
	}
	if got := c.Promise(when("2026-11-23 20:00")); !got.Equal(when("2026-11-24 09:30")) {
		t.Errorf("promised anew by %v", got)
	}
}

func when(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, dhaka)
	if err != nil {
		panic(err)
	}
	return at
}

func TestAnswerTakesAsLongAsTheLatestDid(t *testing.T) {
	c := shipped(t)
	wait := func(from, to string) Waited { return Waited{when(from), when(to)} }
	waits := []Waited{
		wait("2026-11-22 10:00", "2026-11-22 10:04"), wait("2026-11-22 16:58", "2026-11-23 09:04"), // six minutes of open time
		wait("2026-11-22 20:00", "2026-11-23 09:06"), wait("2026-11-23 09:00", "2026-11-23 09:08"), wait("2026-11-23 09:00", "2026-11-23 16:00"),
	}
	for name, p := range map[string]struct {
		desk  DeskFound
		ahead int
		want  int
	}{
		"nothing is known":      {DeskFound{}, 0, 15},
		"too little is known":   {DeskFound{Waits: waits[:4]}, 0, 15},
		"the middle one counts": {DeskFound{Waits: waits}, 0, 6},
		"one helps three":       {DeskFound{Waits: waits, Agents: 1}, 3, 25},
		"three help three":      {DeskFound{Waits: waits, Agents: 3}, 3, 15},
		"nobody is on duty":     {DeskFound{}, 1, 30},
	} {
		if got := c.answerTakes(p.desk, p.ahead); got != p.want {
			t.Errorf("%s: %d minutes, want %d", name, got, p.want)
		}
	}
}

// personState is the one state of the service that only calls people.
const personState = "    states:\n      pass_on:\n        handoff: true\n        text: {shared: handoff}\n"

func TestUrgentOnesWaitForUrgentOnes(t *testing.T) {
	c, faults := withOffice(t, personState, strings.Replace(personState, "handoff: true", "handoff: {urgent: true}", 1))
	if c == nil {
		t.Fatal(faults)
	}
	desk := map[string]DeskFound{"front_desk": {At: when("2026-11-23 10:00"), Ahead: 9, Urgent: 1, Agents: 1}}
	turn := c.Step(Session{Language: "en"}, Input{Kind: InputText, Text: "agent", At: when("2026-11-23 10:00"), Face: faces["sms"], Found: Found{Desk: desk}})
	if len(turn.Messages) != 1 || turn.Messages[0].Text != "1 ahead of you in the queue. About 30 minutes." {
		t.Errorf("%+v", turn.Messages)
	}
}

// A text of the flow's own does not take the place of when somebody answers.
func TestFlowsOwnWordsAtAHandoff(t *testing.T) {
	c, faults := withOffice(t, personState, strings.Replace(personState, "{shared: handoff}", "{bn: কর বিভাগ দেখবে।, en: Revenue will look at it.}", 1))
	if c == nil {
		t.Fatal(faults)
	}
	for at, want := range map[string]string{
		"2026-11-23 10:00": "Revenue will look at it.",
		"2026-11-23 20:00": "Revenue will look at it.\nOffice is closed. Leave a message; we reply tomorrow at 9 am.",
	} {
		found := Found{Desk: map[string]DeskFound{"front_desk": {At: when(at)}}}
		turn := c.Step(Session{Language: "en"}, Input{Kind: InputText, Text: "agent", At: when(at), Face: faces["sms"], Found: found})
		if len(turn.Messages) != 1 || turn.Messages[0].Text != want {
			t.Errorf("%s: %+v", at, turn.Messages)
		}
	}
}

// withoutOffice is the shipped file less its office.
func withoutOffice(t *testing.T) File {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), "\noffice:")
	_, after, ends := strings.Cut(rest, "\n# ------")
	if !found || !ends {
		t.Fatal("flows.yaml has no office, or no line behind it")
	}
	return File{Name: "flows.yaml", Text: []byte(before + "\n# ------" + after)}
}

func TestOfficeFaults(t *testing.T) {
	text, err := os.ReadFile("testdata/other_hours/faults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	_, faults := Load(place.Sample(), withoutOffice(t), File{Name: "faults.yaml", Text: text})
	for _, f := range faults {
		if f.File == "faults.yaml" { // what is to be checked in the shipped file is no fault of the office's
			out.WriteString(f.String() + "\n")
		}
	}
	golden(t, "testdata/other_hours/faults.golden", out.String())
}

func TestWithoutAnOfficeSomebodyIsAlwaysThere(t *testing.T) {
	c, faults := Load(place.Sample(), withoutOffice(t))
	if c == nil {
		t.Fatal(faults)
	}
	night := when("2026-11-27 03:00")
	if c.Office() != nil || c.AssignsAutomatically() || !c.Promise(night).Equal(night.Add(30*time.Minute)) {
		t.Errorf("%v, %v", c.Office(), c.Promise(night))
	}
	turn := c.Step(Session{Language: "en"}, Input{Kind: InputText, Text: "agent", At: night, Face: faces["sms"], Found: Found{Desk: map[string]DeskFound{"front_desk": {}}}})
	if turn.Messages[0].Text != "A staff member will reply soon. Please wait." {
		t.Errorf("%+v", turn.Messages)
	}
}

// TestWaitingFitsOneSMS says every hour of three months, in both languages and
// with a full queue, what whoever asks for a person is told.
func TestWaitingFitsOneSMS(t *testing.T) {
	c := ramadan(t)
	busy := DeskFound{Ahead: 12, Agents: 2}
	for _, lang := range c.Languages() {
		for at := when("2026-12-01 00:30"); at.Before(when("2027-03-01 00:00")); at = at.Add(time.Hour) {
			turn := c.Step(Session{Language: lang}, Input{Kind: InputText, Text: "agent", At: at, Face: faces["sms"], Found: Found{Desk: map[string]DeskFound{"front_desk": busy}}})
			if n := gsm.Segments(gsm.OneLetter(turn.Messages[0].Text)).Segments; n != 1 || strings.Contains(turn.Messages[0].Text, "{") {
				t.Fatalf("%v: %d SMS: %s", at, n, turn.Messages[0].Text)
			}
		}
		for _, key := range []string{"promise_missed", "requeued"} {
			if n := gsm.Segments(gsm.OneLetter(c.Text(key, lang, faces["sms"], nil))).Segments; n != 1 {
				t.Errorf("%s in %s is %d SMS", key, lang, n)
			}
		}
	}
}

func TestClockInWords(t *testing.T) {
	c := shipped(t)
	for clock, want := range map[time.Duration][2]string{
		0: {"রাত ১২টা", "12 am"}, 5 * time.Hour: {"ভোর ৫টা", "5 am"}, 9 * time.Hour: {"সকাল ৯টা", "9 am"}, 12 * time.Hour: {"দুপুর ১২টা", "12 pm"},
		15*time.Hour + 30*time.Minute: {"বিকাল ৩:৩০টা", "3:30 pm"}, 19*time.Hour + 5*time.Minute: {"সন্ধ্যা ৭:০৫টা", "7:05 pm"}, 23 * time.Hour: {"রাত ১১টা", "11 pm"}, 24 * time.Hour: {"রাত ১২টা", "12 am"},
	} {
		for lang := range want {
			tn := &turn{c: c, lang: lang, in: &Input{}}
			if got := tn.clockInWords(clock); got != want[lang] {
				t.Errorf("%v: %q, want %q", clock, got, want[lang])
			}
		}
	}
}

func TestHoursInWords(t *testing.T) {
	week := office.Week{}
	day := []office.Span{{From: 9 * time.Hour, To: 17 * time.Hour}}
	for _, d := range []time.Weekday{time.Sunday, time.Monday, time.Wednesday} {
		week[d] = day
	}
	week[time.Saturday] = []office.Span{{From: 10 * time.Hour, To: 12 * time.Hour}, {From: 14 * time.Hour, To: 24 * time.Hour}}
	tn := &turn{c: shipped(t), lang: 1, in: &Input{}}
	want := "Sunday–Monday 9 am – 5 pm; Wednesday 9 am – 5 pm; Saturday 10 am – 12 pm, 2 pm – 12 am"
	if got := tn.hoursInWords(week); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLaterOpeningsHaveADate(t *testing.T) {
	tn := &turn{c: shipped(t), in: &Input{}}
	for at, want := range map[string]string{
		"2026-11-23 09:00": "আজ সকাল ৯টায়", "2026-11-24 09:00": "আগামীকাল সকাল ৯টায়", "2026-11-26 09:30": "বৃহস্পতিবার সকাল ৯:৩০টায়", "2026-11-30 09:00": "৩০/১১/২০২৬ সকাল ৯টায়",
	} {
		if got := tn.timeInWords(when("2026-11-23 06:00"), when(at)); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}
