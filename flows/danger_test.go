package flows

import (
	"slices"
	"strings"
	"testing"

	"nagorik/flows/bangla"
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

// TestDangerIsAskedFor offers the emergency line where a message is only somewhat like danger.
func TestDangerIsAskedFor(t *testing.T) {
	c := shipped(t)
	in := func(text string) Input {
		return Input{Kind: InputText, Text: text, Found: Found{Remembered: map[string]Value{}}}
	}
	asked := Session{Language: "bn", Ask: askOffer, Offer: []string{dangerMark + "1", "drainage", "নালায় কী যেন পড়ে আছে"}}
	for _, answer := range []string{"১", "কেউ বিপদে আছে"} {
		out := c.Step(asked, in(answer))
		if !slices.ContainsFunc(out.Effects, func(e Effect) bool { a, ok := e.(Alert); return ok && a.Reason == ReasonDanger }) {
			t.Errorf("%q raised no alarm: %+v", answer, out.Effects)
		}
		if len(out.Messages) == 0 || !strings.Contains(out.Messages[0].Text, "৯৯৯") {
			t.Errorf("%q was answered with %+v", answer, out.Messages)
		}
	}
	if out := c.Step(asked, in("২")); out.Session.Flow != "drainage" || len(out.Effects) > 0 && out.Effects[0] == (Alert{Reason: ReasonDanger}) {
		t.Errorf("the second led to %q", out.Session.Flow)
	}
	if _, ok := c.offered(dangerMark + "99"); ok {
		t.Error("a danger that is not there was offered")
	}
	w := weighed{danger: aim{aimDanger, 1, intentEmergency}, alarm: 0.3}
	message := tokensOf(t, "নালায় কী যেন পড়ে আছে")
	if !c.maybeDanger(&w, message) {
		t.Error("what is somewhat like danger was not asked for")
	}
	if w.alarm = 0.1; c.maybeDanger(&w, message) {
		t.Error("what is hardly like danger was asked for")
	}
}

// tokensOf are the words of a message.
func tokensOf(t *testing.T, text string) []token {
	t.Helper()
	x := &turn{c: shipped(t), in: &Input{Kind: InputText, Text: text}}
	x.prepare()
	return x.tokens()
}

// TestDangerInsideAService hears danger in an answer without a word of it, and takes others for answers.
func TestDangerInsideAService(t *testing.T) {
	c := shipped(t)
	for text, danger := range map[string]bool{
		"দালানটা একদিকে হেলে যাচ্ছে, মানুষ চিৎকার করে নামছে": true,
		"স্কুল রোডের শেষ মাথা, বড় মসজিদের উল্টো দিকে":       false,
	} {
		s := Session{Language: "bn"}
		for _, said := range []string{"ড্রেন", "ড্রেন বন্ধ", "ওয়ার্ড ৫", text} {
			out := c.Step(s, Input{Kind: InputText, Text: said, Face: faces["messenger"], Owner: OwnerBot, Found: Found{Remembered: map[string]Value{}, Mine: []CaseFound{}}})
			s = out.Session
			alarmed := slices.ContainsFunc(out.Effects, func(e Effect) bool { a, ok := e.(Alert); return ok && a.Reason == ReasonDanger })
			if alarmed != (danger && said == text) {
				t.Errorf("%q: alarmed is %t", said, alarmed)
			}
		}
		if s.Flow != "drainage" {
			t.Errorf("%q left the service for %q", text, s.Flow)
		}
	}
	if p := c.dangerIn(bangla.Fold("দালানটা একদিকে হেলে যাচ্ছে, মানুষ চিৎকার করে নামছে"), tokensOf(t, "দালানটা একদিকে হেলে যাচ্ছে, মানুষ চিৎকার করে নামছে")); p != nil {
		t.Error("a word of danger is in it: the test shows nothing")
	}
}
