package public

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"nagorik/handoff/counts"
)

// shownCounts are figures that a test sets.
type shownCounts struct {
	mu    sync.Mutex
	on    bool
	sheet counts.Sheet
	err   error
}

func (s *shownCounts) set(on bool, sheet counts.Sheet, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on, s.sheet, s.err = on, sheet, err
}

func (s *shownCounts) Shown(context.Context) (bool, error) {
	_, on, err := s.Sheet(context.Background())
	return on, err
}

func (s *shownCounts) Sheet(context.Context) (counts.Sheet, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sheet, s.on, s.err
}

// aMonth is what a city shows in most months.
func aMonth() counts.Sheet {
	return counts.Sheet{
		From: time.Date(2026, 10, 24, 0, 0, 0, 0, dhaka), To: time.Date(2026, 11, 22, 0, 0, 0, 0, dhaka),
		Sum: counts.Line{Received: 412, Split: true, Solved: 287, Open: 125, Days: 3.4},
		Wards: []counts.Line{
			{Key: "1", Received: 64, Split: true, Solved: 40, Open: 24, Days: 2.6},
			{Key: "2", Received: 31, Split: true, Solved: 20, Open: 11, Days: .4},
			{Key: "3", Received: 88, Split: true, Solved: 71, Open: 17, Days: 5},
			{Key: "4", Hidden: true},
			{Key: "5", Received: 27, Split: true, Solved: 15, Open: 12, Days: 1.2},
			{Key: "6", Received: 19},
			{Key: "7", Received: 45, Split: true, Solved: 33, Open: 12, Days: 3},
			{Key: "8", Received: 22},
			{Key: "9", Hidden: true},
			{Key: "10", Received: 51, Split: true, Solved: 39, Open: 12, Days: 4},
			{Key: "11", Received: 17, Split: true, Solved: 9, Open: 8, Days: 6},
			{Key: "12", Received: 36, Split: true, Solved: 25, Open: 11, Days: 2},
			{Hidden: true},
		},
		Services: []counts.Line{
			{Key: "drainage", Received: 121, Split: true, Solved: 90, Open: 31, Days: 2},
			{Key: "waste", Received: 158, Split: true, Solved: 121, Open: 37, Days: 1},
			{Key: "streetlight", Received: 71, Split: true, Solved: 40, Open: 31, Days: 6},
			{Key: "road", Received: 49},
			{Key: "tax", Hidden: true},
		},
	}
}

func TestCounts(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	if body, r := fetch(t, c, d.URL+"/counts"); r.StatusCode != http.StatusNotFound {
		t.Errorf("off: %s %s", r.Status, body)
	}
	if body, _ := fetch(t, c, d.URL+"/"); strings.Contains(body, "/counts") {
		t.Error("the page leads to figures that are not shown")
	}
	d.counts.set(true, aMonth(), nil)
	for lang, wants := range map[string][]string{
		"en": {"What was reported from 24 October 2026 to 22 November 2026", "<dd>412</dd>", `<td data-label="Received">few</td>`, "not split", "under a day", "All other services together", `aria-label="By ward"`, "<title>Ward 4: few</title>", "fewer than 5"},
		"bn": {"২৪ অক্টোবর ২০২৬ থেকে ২২ নভেম্বর ২০২৬ পর্যন্ত", "<dd>৪১২</dd>", ">অল্প</td>", "ভাগ করে দেখানো হয়নি"},
	} {
		body, r := fetch(t, c, d.URL+"/counts?lang="+lang)
		if r.StatusCode != http.StatusOK || strings.Contains(body, "<script") || len(body) > 40_000 {
			t.Errorf("%s: %s, %d bytes", lang, r.Status, len(body))
		}
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
	}
	for _, path := range []string{"/", "/services"} {
		if body, _ := fetch(t, c, d.URL+path); !strings.Contains(body, `href="/counts"`) {
			t.Errorf("%s does not lead to the figures", path)
		}
	}
	d.counts.set(true, counts.Sheet{Sum: counts.Line{Hidden: true}}, nil)
	if body, _ := fetch(t, c, d.URL+"/counts?lang=en"); !strings.Contains(body, "Too few reports") || strings.Contains(body, "<table") {
		t.Error("few reports are shown")
	}
	d.counts.set(true, counts.Sheet{}, errors.New("no database"))
	if body, r := fetch(t, c, d.URL+"/counts"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "cannot be shown now") {
		t.Errorf("without a record: %s", r.Status)
	}
	if _, r := fetch(t, c, d.URL+"/"); r.StatusCode != http.StatusOK {
		t.Errorf("the chat without figures: %s", r.Status)
	}
}
