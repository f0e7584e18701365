package bangla

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

func seeds(f *testing.F) {
	for _, row := range readTSV(f, "normalise.tsv", 3) {
		f.Add(unescape(f, row[1]))
	}
	for _, row := range readTSV(f, "utterances.tsv", 3) {
		f.Add(row[0])
	}
}

// FuzzParsers: no text makes a parser panic, and what they return keeps its shape.
func FuzzParsers(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, s string) { exercise(t, s) })
}

// FuzzGraphemes: a cut loses nothing, keeps the bound when one rune fits, and always moves on.
func FuzzGraphemes(f *testing.F) {
	for _, row := range readTSV(f, "utterances.tsv", 3) {
		f.Add(row[0], 20)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		head, rest := Graphemes(s, most)
		if head+rest != s {
			t.Errorf("Graphemes(%q, %d) loses text", s, most)
		}
		if most > 1 && (UTF16Len(head) > most || head == "" && s != "") {
			t.Errorf("Graphemes(%q, %d) = %q", s, most, head)
		}
	})
}

// FuzzIsFolded: the short cut never says yes to a text that folding would change.
func FuzzIsFolded(f *testing.F) {
	for _, row := range readTSV(f, "utterances.tsv", 3) {
		f.Add(row[0])
	}
	for _, s := range []string{"যে়", "কে\u09BE", "কে\u09D7", "ত্\u200D", "ড়া", "ড\u09BCা", "ক\u09BC", "১", "ৰ", "a b", "a  খ", " খ", "খ ", "খ।", "ঀ", "৾"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !isFolded(s) {
			return
		}
		b := foldRunes(nil, s)
		if got := string(norm.NFC.Bytes(b)); got != s {
			t.Errorf("isFolded(%q), but it folds to %q", s, got)
		}
	})
}
