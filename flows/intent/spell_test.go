package intent

import (
	"testing"

	"nagorik/flows/bangla"
)

func TestOneSlip(t *testing.T) {
	for pair, want := range map[[2]string]bool{
		{"garbaje", "garbje"}: true, {"garbje", "garbaje"}: true, {"langaje", "langije"}: true, {"pormars", "promars"}: true,
		{"garbaje", "garbaje"}: false, {"garbaje", "marbaje"}: false, {"garbaje", "garje"}: false, {"abcd", "acbe"}: false, {"abcd", "badc"}: false,
	} {
		if got := oneSlip(pair[0], pair[1]); got != want {
			t.Errorf("%q: %v", pair, got)
		}
	}
}

// TestMisspelt reads words with one slip as those that were learnt, and leaves short and known ones alone.
func TestMisspelt(t *testing.T) {
	m := Train([]Example{{Label: "a", Text: "garbage collection"}, {Label: "b", Text: "language"}, {Label: "b", Text: "moyla bati"}})
	for word, want := range map[string]string{
		"garbge": "garbage", "gabrage": "garbage", "colection": "", "lnguage": "language", "lamguage": "language",
		"garbage": "", "moila": "", "boti": "", "qqqqqq": "", "12345": "",
	} {
		if want != "" {
			want = stemOf(bangla.Latin(want))
		}
		if got, _ := m.spell.near(stemOf(bangla.Latin(word))); got != want {
			t.Errorf("%q is read as %q, not %q", word, got, want)
		}
	}
	if r := m.Classify(bangla.Fold("garbgae")); r.Ranked[0].Label != "a" || r.Known != 1 {
		t.Errorf("%+v", r)
	}
}

// TestWrittenApart reads words that dictation or a hasty finger has cut in two, where they are known, and joins no others.
func TestWrittenApart(t *testing.T) {
	m := Train([]Example{{Label: "licence", Text: "ট্রেড লাইসেন্স"}, {Label: "licence", Text: "লাইসেন্স কোথায়"}, {Label: "waste", Text: "moyla"}, {Label: "waste", Text: "ভাঙা বিন"}})
	for _, text := range []string{"লাই সেন্স", "lai sens"} {
		if r := m.Classify(bangla.Fold(text)); r.Ranked[0].Label != "licence" || r.Known == 0 { // neither half is a word of the examples
			t.Errorf("%q is %v, known %v", text, r.Ranked, r.Known)
		}
	}
	for _, pair := range [][2]string{{"mo", "yla"}, {"12", "3456"}, {"", "laisens"}, {"lai", ""}, {"bhan", "ga"}} {
		if m.spell.joins(pair[0], pair[1]) {
			t.Errorf("%q are joined", pair)
		}
	}
}
