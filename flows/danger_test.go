package flows

import (
	"strings"
	"testing"
)

// Danger is heard wherever it stands in a long message.
func TestDangerIsHeardInTheMiddleOfALongMessage(t *testing.T) {
	c := shipped(t)
	filler := strings.Repeat("রাস্তার পাশে দোকান আছে ", 25)
	for _, at := range []string{"বাসায় আগুন লেগেছে " + filler, filler + "বাসায় আগুন লেগেছে " + filler, filler + "বাসায় আগুন লেগেছে"} {
		out := c.Step(Session{Language: "bn"}, Input{Kind: InputText, Text: at, Found: Found{Remembered: map[string]Value{}}})
		heard := false
		for _, e := range out.Effects {
			_, alert := e.(Alert)
			heard = heard || alert
		}
		if !heard {
			t.Errorf("no alarm in a message of %d letters", len(at))
		}
	}
}

// The corpora of danger and of what only sounds like it.
var dangers = []string{"testdata/understand/danger.tsv", "testdata/understand/alarms.tsv", "testdata/understand/sirens.tsv"}

// TestDangerCorpus holds that every sentence of danger is heard, and that none of those that only sound like it is.
func TestDangerCorpus(t *testing.T) {
	c := shipped(t)
	for _, name := range dangers {
		for _, u := range corpus(t, name) {
			if got := c.Understand(u.text); (got.Decision == DecideDanger) != (u.intent == intentEmergency) {
				t.Errorf("%s: %s: %q: %s, %s", name, u.intent, u.text, got.Decision, got.Why)
			}
		}
	}
}

// TestMisspeltDanger hears danger through slips of the finger that nobody listed.
func TestMisspeltDanger(t *testing.T) {
	c := shipped(t)
	for _, text := range []string{"buildng collapsd people inside", "our markt is burninng", "elictric wire fell in watter"} {
		if got := c.Understand(text); got.Decision != DecideDanger {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
