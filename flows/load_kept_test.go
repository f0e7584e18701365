package flows

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"nagorik/flows/place"
)

// TestOldVersionsLoad takes out the texts that the bot has come to say over time: a published version without them loads,
// and says the built-in ones; a file that is checked or published does not.
func TestOldVersionsLoad(t *testing.T) {
	now, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	spare := File{Name: "flows.yaml", Text: now}
	old := string(now)
	for _, name := range []string{"ask_rating", "rated", "welcome_back", "news"} {
		entry := regexp.MustCompile(`(?m)^  ` + name + `:.*\n(?:    .*\n|\n)*`)
		if !entry.MatchString(old) {
			t.Fatalf("flows.yaml has no text %q", name)
		}
		old = entry.ReplaceAllString(old, "")
	}
	kept := File{Name: "old.yaml", Text: []byte(old)}
	if c, _ := Load(place.Sample(), kept); c != nil {
		t.Fatal("a new file without the texts was taken")
	}
	c, faults := LoadKept(place.Sample(), spare, kept)
	if c == nil {
		t.Fatalf("an old version does not load: %v", faults)
	}
	whole, _ := Load(place.Sample(), spare)
	for _, name := range []string{"ask_rating", "rated", "welcome_back", "news"} {
		if c.texts[name] == nil || len(c.texts[name].forms) != len(whole.texts[name].forms) {
			t.Errorf("text %q is not filled in", name)
		}
	}
	warned := 0
	for _, f := range faults {
		if strings.Contains(f.Message, "the built-in one stands in") {
			warned++
		}
	}
	if warned != 4 {
		t.Errorf("%d warnings, want 4", warned)
	}
	if c, _ := LoadKept(place.Sample(), spare, File{Name: "old.yaml", Text: []byte("flows: {}")}); c != nil {
		t.Error("a version without anything was taken")
	}
}

// TestOldVersionsLoadWithoutASetting takes a setting along that a built-in text mentions.
func TestOldVersionsLoadWithoutASetting(t *testing.T) {
	now, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	newer := regexp.MustCompile(`(?m)^  rated:.*\n(?:    .*\n|\n)*`).ReplaceAll(now, []byte("  rated:\n    bn: ধন্যবাদ, {counter_phone}।\n    en: Thanks, {counter_phone}.\n"))
	newer = regexp.MustCompile(`(?m)^  settings:\n`).ReplaceAll(newer, []byte("  settings:\n    counter_phone: {value: \"0999\", source: the counter, checked_on: 2026-11-23}\n"))
	old := regexp.MustCompile(`(?m)^  rated:.*\n(?:    .*\n|\n)*`).ReplaceAll(now, nil)
	c, faults := LoadKept(place.Sample(), File{Name: "flows.yaml", Text: newer}, File{Name: "old.yaml", Text: old})
	if c == nil {
		t.Fatalf("an old version does not load: %v", faults)
	}
	tn := &turn{c: c, in: &Input{Face: faces["web"]}}
	if said := tn.render(c.texts["rated"]); !strings.Contains(said, "০৯৯৯") {
		t.Errorf("it says %q", said)
	}
}
