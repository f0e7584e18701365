package api

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDifferenceOfLinesGivesBothTexts(t *testing.T) {
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "", "d"}), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		was, is := text.Draw(t, "was"), text.Draw(t, "is")
		var older, newer []string
		for _, l := range edits(was, is) {
			if l.Mark != "+" {
				older = append(older, l.Text)
			}
			if l.Mark != "-" {
				newer = append(newer, l.Text)
			}
		}
		if strings.Join(older, "\n") != strings.Join(was, "\n") || strings.Join(newer, "\n") != strings.Join(is, "\n") {
			t.Fatalf("%q > %q became %q > %q", was, is, older, newer)
		}
	})
}

func TestDifferenceOfLinesShowsChangesWithTheirNeighbours(t *testing.T) {
	before := strings.Repeat("same\n", 10) + "fee: 500\n" + strings.Repeat("more\n", 10)
	parts := diffLines(before, strings.Replace(before, "500", "700", 1))
	if len(parts) != 1 || parts[0].Line != 8 || len(parts[0].Lines) != 8 {
		t.Fatalf("%+v", parts)
	}
	if l := parts[0].Lines; l[3] != (diffLine{"-", "fee: 500"}) || l[4] != (diffLine{"+", "fee: 700"}) {
		t.Errorf("%+v", l)
	}
	if parts := diffLines(before, before); len(parts) != 0 {
		t.Errorf("%+v", parts)
	}
	long, other := strings.Repeat("a\n", 3000), strings.Repeat("b\n", 3000)
	if parts := diffLines(long, other); len(parts) != 1 || len(parts[0].Lines) < 6000 {
		t.Errorf("%d parts", len(parts))
	}
}
