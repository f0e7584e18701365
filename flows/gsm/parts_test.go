package gsm

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPartsAreTheSegments(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("a", 160), strings.Repeat("a", 161), strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), strings.Repeat("আ", 66) + "🦟" + strings.Repeat("আ", 66)} {
		if got := Parts(text); len(got) != Segments(text).Segments || strings.Join(got, "") != text {
			t.Errorf("%q: %d parts of %d segments", text, len(got), Segments(text).Segments)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abc€{}আ🦟 ")), 0, 500, -1).Draw(t, "text")
		got := Parts(text)
		if len(got) != Segments(text).Segments || strings.Join(got, "") != text {
			t.Errorf("%d parts of %d segments", len(got), Segments(text).Segments)
		}
	})
}
