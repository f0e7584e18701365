package flows

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nagorik/flows/place"
)

// changed are faults in the parts of a catalogue that only one file may hold:
// the shipped flows.yaml with one text replaced.
var changed = []struct{ name, old, new string }{
	{"no languages", "languages:", "langs:"},
	{"city without a name", "  name: {bn: নমুনানগর, en: Namunanagar}\n", ""},
	{"setting without a source", "      source: Front desk, usual time to the first answer in office hours (sample)\n", ""},
	{"setting checked on no date", "checked_on: 2026-11-23", "checked_on: last week"},
	{"setting that needs checking", "checked_on: 2026-11-23", "checked_on: 2026-11-23\n      needs_checking: true"},
	{"status missing", "  referred: {bn: অন্য সংস্থায় পাঠানো, en: Referred}\n", ""},
	{"status unknown", "  referred: {bn:", "  refered: {bn:"},
	{"command unknown", "  stop:\n", "  halt:\n"},
	{"button missing", "  done: {bn: শেষ, en: Done}\n", ""},
	{"text missing", "  bad_phone:\n", "  bad_fone:\n"},
	{"danger text unknown", "    text: gas\n", "    text: gass\n"},
	{"danger word empty", "      - flames\n", "      - gas +\n"},
	{"menu service unknown", "        - fogging\n", "        - foging\n"},
	{"season backwards", "{from: 2027-05-15, to: 2027-05-24}", "{from: 2027-05-24, to: 2027-05-15}"},
	{"season half a date", "{from: 06-01, to: 10-15}", "{from: 06-01, to: 2026-10-15}"},
	{"season no such day", "{from: 06-01, to: 10-15}", "{from: 06-31, to: 10-15}"},
	{"season without outside", "    outside: waste\n", ""},
	{"season outside unknown", "    outside: waste\n", "    outside: wast\n"},
	{"season outside a season", "    outside: waste\n", "    outside: waterlogging\n"},
	{"reopen without a setting", "        within: reopen_days\n", "        within: 15d\n"},
	{"reopen without a note slot", "        note: left\n", "        note: photo\n"},
	{"menu number twice", "      number: 0\n", "      number: 1\n"},
	{"menu without text", "      text: {bn: কী সমস্যা?, en: What is the problem?}\n", ""},
	{"idle the wrong way round", "expire_after: 3h", "expire_after: 5m"},
	{"duration in words", "target: 2d", "target: 2 days"},
	{"remember misspelt", "        remember: true\n", "        remeber: true\n"},
	{"placeholder in a label", "label: {bn: ঠিকানা, en: Place}", "label: {bn: \"ঠিকানা {city}\", en: Place}"},
	{"empty text", "    bn: কথায় লিখুন।\n", "    bn:\n"},
}

// TestFaults holds every fault of the gallery, and its place, against the golden
// list.
func TestFaults(t *testing.T) {
	shipped, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, usual := Load(place.Sample(), File{Name: "flows.yaml", Text: shipped})
	known := map[string]bool{}
	for _, f := range usual {
		known[f.Message] = true
	}
	var out strings.Builder
	list := func(name string, files ...File) {
		c, faults := Load(place.Sample(), files...)
		out.WriteString("# " + name + "\n")
		errors, found := false, false
		for _, f := range faults {
			if known[f.Message] { // a fact of the shipped file that nobody has confirmed yet
				continue
			}
			out.WriteString(f.String() + "\n")
			errors, found = errors || !f.Warning, true
		}
		if !found {
			t.Errorf("%s: no fault was found", name)
		}
		if errors != (c == nil) {
			t.Errorf("%s: errors %v, catalogue %v", name, errors, c != nil)
		}
	}
	base := File{Name: "flows.yaml", Text: shipped}
	names, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no gallery", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list(strings.TrimSuffix(filepath.Base(name), ".yaml"), base, File{Name: filepath.Base(name), Text: text})
	}
	for _, c := range changed {
		if !strings.Contains(string(shipped), c.old) {
			t.Errorf("%s: flows.yaml no longer holds %q", c.name, c.old)
		}
		list(c.name, File{Name: "flows.yaml", Text: []byte(strings.Replace(string(shipped), c.old, c.new, 1))})
	}
	golden(t, "testdata/faults.golden", out.String())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update and read the diff):\n%s", file, diff(string(want), got))
	}
}
