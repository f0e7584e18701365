package handoff

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", cursorOf("10001"), cursorOf("01a20884-a68b-76b8-a187-30bf841507d8"), "!", "AAAA", cursorOf("-1"), cursorOf("99999999999999999999")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		p := PageOf{Cursor: cursor}
		n, err := p.number()
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Fatal(err)
		}
		if err == nil && cursor != "" && n <= 0 {
			t.Fatalf("%q is %d", cursor, n)
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"রহিম উদ্দিন", "01712-345678", "#10234", `50%_\`, "a\x00b\xff", "🙏🏾 \u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q, err := query(typed)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if !utf8.ValidString(q) || strings.ContainsRune(q, 0) {
			t.Fatalf("%q is nothing the database takes", q)
		}
		if strings.Trim(onlyDigits(q), "0123456789") != "" {
			t.Fatalf("digits of %q: %q", q, onlyDigits(q))
		}
		if isNumber(q) && onlyDigits(q) == "" {
			t.Fatalf("%q is a number without digits", q)
		}
		if sound := soundOf(q); strings.ContainsAny(sound, "e") {
			t.Fatalf("%q sounds like %q", q, sound)
		}
		if folded := FoldName(q); !utf8.ValidString(folded) {
			t.Fatalf("%q folds to %q", q, folded)
		}
	})
}
