package flows

import "testing"

// harmless is what the corpus of danger calls a sentence that is no alarm.
const harmless = "harmless"

// TestDangerCorpus holds both sides of danger: none is missed, and nothing else is an alarm.
func TestDangerCorpus(t *testing.T) {
	c := shipped(t)
	heard, n, quiet := 0, 0, 0
	for _, u := range corpus(t, "testdata/understand/danger.tsv") {
		got := c.Understand(u.text)
		alarmed := got.Decision == DecideDanger
		switch {
		case u.intent == harmless && alarmed:
			t.Errorf("a false alarm: %q, %s", u.text, got.Why)
		case u.intent == harmless:
			quiet++
		case !alarmed:
			t.Errorf("not heard: %q, taken for %s %s", u.text, got.Intent, got.Decision)
			n++
		default:
			heard++
			n++
		}
	}
	t.Logf("danger: %d of %d heard, %d harmless sentences left alone", heard, n, quiet)
}
