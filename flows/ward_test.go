package flows

import (
	"fmt"
	"os"
	"testing"

	"nagorik/flows/place"
)

// twinCity has an area in two wards, and one in more than can be listed.
func twinCity(t *testing.T) *Catalog {
	t.Helper()
	var wards []place.Ward
	for n := 1; n <= 7; n++ {
		w := place.Ward{Number: n, Name: map[string]string{"bn": fmt.Sprintf("পাড়া%c", 'ক'+rune(n)), "en": fmt.Sprintf("Para%c", 'A'+rune(n))}}
		w.Areas = map[string][]string{"bn": {"সমবায় কলোনি"}, "en": {"Somobay Colony"}}
		if n <= 2 {
			w.Areas = map[string][]string{"bn": {"সমবায় কলোনি", "বাড্ডা"}, "en": {"Somobay Colony", "Badda"}}
		}
		wards = append(wards, w)
	}
	m, problems := place.New(map[string]string{"bn": "যমজপুর", "en": "Twin City"}, wards)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, faults := Load(m, File{"flows.yaml", text})
	if c == nil {
		t.Fatal(faults)
	}
	return c
}

// TestAreaInSeveralWards asks which ward when a few have the area, and for the
// road when many do.
func TestAreaInSeveralWards(t *testing.T) {
	c := twinCity(t)
	for _, x := range []struct {
		name, face, said, want string
		choices                int
		then, state            string
	}{
		{"a few, by button", "messenger", "বাড্ডা", "বাড্ডা একাধিক ওয়ার্ডে। কোনটি?", 2, "২", "ask_place"},
		{"a few, by SMS", "sms", "badda", "বাড্ডা একাধিক ওয়ার্ডে। কোনটি?\n১ ওয়ার্ড ১\n২ ওয়ার্ড ২", 0, "ওয়ার্ড ২", "ask_place"},
		{"a few, and neither is meant", "sms", "বাড্ডা", "বাড্ডা একাধিক ওয়ার্ডে। কোনটি?\n১ ওয়ার্ড ১\n২ ওয়ার্ড ২", 0, "ওয়ার্ড ৭", "ask_place"},
		{"many", "sms", "সমবায় কলোনি", "সমবায় কলোনি একাধিক ওয়ার্ডে। রোড বা ব্লক লিখুন।\nআপনার ওয়ার্ড নম্বর লিখুন। না জানলে এলাকার নাম লিখুন।", 0, "৭", "ask_place"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := newDesk(t, c)
			d.face = faces[x.face]
			d.step(typed("ড্রেন"))
			d.step(typed("২"))
			turn := d.step(typed(x.said))
			if turn.Messages[0].Text != x.want || len(turn.Messages[0].Choices) != x.choices {
				t.Errorf("said %q with %v", turn.Messages[0].Text, turn.Messages[0].Choices)
			}
			if then := d.step(typed(x.then)); then.Session.State != x.state {
				t.Errorf("then stands at %q and says %q", then.Session.State, then.Messages[0].Text)
			}
		})
	}
}

// TestNoMap takes wards by number where a city has no map.
func TestNoMap(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, faults := Load(nil, File{"flows.yaml", text})
	if c == nil {
		t.Fatal(faults)
	}
	d := newDesk(t, c)
	d.step(typed("ড্রেন"))
	d.step(typed("২"))
	if turn := d.step(typed("বাড্ডা")); !turn.Missed {
		t.Error("an area was found without a map")
	}
	if turn := d.step(Input{Kind: InputLocation, Lat: 21.2, Lon: 90.5}); turn.Session.State != "ask_ward" {
		t.Error("a pin gave a ward without a map")
	}
	if turn := d.step(typed("৪০")); turn.Session.State != "ask_place" {
		t.Error("a ward number was refused without a map")
	}
}
