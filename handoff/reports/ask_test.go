package reports_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/reports"
)

func TestDaysThatAreNotGiven(t *testing.T) {
	now := at(23, 9, 30)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, handoff.Dhaka()) }
	for name, c := range map[string]struct{ from, to, wantFrom, wantTo time.Time }{
		"none":         {time.Time{}, time.Time{}, day(2026, 11, 1), day(2026, 11, 30)},
		"first":        {day(2026, 10, 5), time.Time{}, day(2026, 10, 5), day(2026, 11, 30)},
		"first, later": {day(2027, 2, 5), time.Time{}, day(2027, 2, 5), day(2027, 2, 28)},
		"last":         {time.Time{}, day(2026, 9, 9), day(2026, 9, 1), day(2026, 9, 9)},
		"both":         {day(2026, 1, 2), day(2026, 1, 2), day(2026, 1, 2), day(2026, 1, 2)},
	} {
		got := reports.Ask{From: c.from, To: c.to}.Within(now)
		if !got.From.Equal(c.wantFrom) || !got.To.Equal(c.wantTo) {
			t.Errorf("%s: %s to %s", name, got.From, got.To)
		}
	}
	// Half past midnight on the first in Dhaka is the month before in UTC.
	if got := (reports.Ask{}).Within(at(1, 0, 30).UTC()); !got.From.Equal(at(1, 0, 0)) {
		t.Errorf("the month of %s", got.From)
	}
}

func TestAsksThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for name, c := range map[string]struct {
		report, field string
		change        func(*reports.Ask)
	}{
		"kind of a conversation": {"hours", "kind", func(a *reports.Ask) { a.Kind = "complaint" }},
		"unknown kind":           {"cases_by_kind", "kind", func(a *reports.Ask) { a.Kind = "rant" }},
		"ward below one":         {"cases_by_ward", "ward", func(a *reports.Ask) { a.Ward = -1 }},
		"ward too high":          {"cases_by_ward", "ward", func(a *reports.Ask) { a.Ward = 10_000 }},
		"long team":              {"channels", "team", func(a *reports.Ask) { a.Team = strings.Repeat("x", 65) }},
		"NUL in flow":            {"channels", "flow", func(a *reports.Ask) { a.Flow = "a\x00" }},
		"odd bytes in channel":   {"channels", "channel", func(a *reports.Ask) { a.Channel = "\xff" }},
		"days the wrong way":     {"channels", "to", func(a *reports.Ask) { a.From, a.To = a.To, a.From }},
		"too many days":          {"channels", "from", func(a *reports.Ask) { a.From = a.From.AddDate(-11, 0, 0) }},
	} {
		a := days(1, 30)
		c.change(&a)
		_, err := w.set.Run(t.Context(), w.desk, boss(), c.report, a)
		var field *handoff.FieldError
		if !errors.As(err, &field) || field.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.set.Run(t.Context(), w.desk, boss(), "../contained", days(1, 30)); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a report that does not exist: %v", err)
	}
}

func TestCSV(t *testing.T) {
	table := reports.Table{
		Report: reports.Report{Name: "x", Columns: []reports.Column{{Name: "a"}, {Name: "b"}, {Name: "c"}}},
		Rows: [][]any{
			{"=1+1", "+1", "-1"}, {"@x", "\tx", "\rx"}, {"plain, with a comma", "ড্রেন", `"quoted"`}, {int64(-5), 33.3, nil}, {"", "a=b", "১"},
		},
	}
	var b strings.Builder
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "a,b,c\n'=1+1,'+1,'-1\n'@x,'\tx,\"'\rx\"\n\"plain, with a comma\",ড্রেন,\"\"\"quoted\"\"\"\n-5,33.3,\n,a=b,১\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
	if err := table.WriteCSV(full{}); err == nil {
		t.Error("a full disk is no fault")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }
