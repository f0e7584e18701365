package bot_test

import (
	"os"
	"strings"
	"testing"

	"nagorik/flows"
	"nagorik/flows/place"
)

// withFogging is the shipped catalogue with a service that a form has begun,
// and another text in a service that people are in.
func withFogging(t *testing.T) *flows.Catalog {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "আপনার ওয়ার্ড নম্বর লিখুন।", "ওয়ার্ড কত?", 1)
	n := flows.NewService{
		Template: flows.TemplateReport, ID: "fog_street", Title: map[string]string{"bn": "রাস্তায় ধোঁয়া", "en": "Fog my street"}, Team: "fogging", Menu: 1, Photo: true, Words: []string{"ধোঁয়ার গাড়ি"},
		Questions: []flows.NewQuestion{{Text: map[string]string{"bn": "কোন রাস্তা?", "en": "Which street?"}, Type: flows.SlotText}},
	}
	files, err := n.Insert([]flows.File{{Name: "flows.yaml", Text: []byte(changed)}})
	if err != nil {
		t.Fatal(err)
	}
	c, faults := flows.Load(place.Sample(), files...)
	if c == nil {
		t.Fatal(faults)
	}
	return c
}

func TestNewcomersGetTheNewVersionAndOthersFinishTheirs(t *testing.T) {
	w := newTown(t, settings{})
	w.flows.Publish(catalog(t).WithVersion(1))
	w.talk("61", "ড্রেন")
	w.flows.Publish(withFogging(t).WithVersion(2))
	if said := w.talk("61", "১"); !strings.Contains(said.Text, "আপনার ওয়ার্ড নম্বর লিখুন") {
		t.Errorf("who began in the old version is asked %q", said.Text)
	}
	w.talk("62", "ড্রেন")
	if said := w.talk("62", "১"); !strings.Contains(said.Text, "ওয়ার্ড কত?") {
		t.Errorf("a newcomer is asked %q", said.Text)
	}
	if said := w.talk("63", "ধোঁয়ার গাড়ি"); !strings.Contains(said.Text, "কোন রাস্তা?") {
		t.Errorf("the new service asks %q", said.Text)
	}
	for version, people := range map[string]int{"1": 1, "2": 2} {
		if n := w.count(`SELECT count(*) FROM conversations WHERE checkpoint->>'catalog' = $1`, version); n != people {
			t.Errorf("%d people are inside version %s", n, version)
		}
	}
	inside, err := w.desk.InsideFlows(t.Context())
	if err != nil || len(inside) != 3 {
		t.Errorf("inside: %+v, %v", inside, err)
	}
}
