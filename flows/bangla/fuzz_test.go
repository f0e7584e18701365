package bangla

import "testing"

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
