package gsm

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestSegmentVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/segments.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Text, Encoding  string
		Units, Segments int
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for i, v := range vectors {
		t.Run(fmt.Sprintf("%d_%.20s", i, v.Text), func(t *testing.T) {
			want := Count{Encoding: strings.ToLower(v.Encoding), Units: v.Units, Segments: v.Segments}
			if got := Segments(v.Text); got != want {
				t.Errorf("Segments(%q) = %+v, want %+v", v.Text, got, want)
			}
		})
	}
}

func TestPairsAreNotSplit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		segments   int
	}{
		{"escape at the border", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 152), 3},
		{"emoji at the border", strings.Repeat("আ", 66) + "🦟" + strings.Repeat("আ", 66), 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Segments(c.text); got.Segments != c.segments {
				t.Errorf("got %+v, want %d segments", got, c.segments)
			}
		})
	}
}

func TestBasicAlphabet(t *testing.T) {
	for _, r := range basic {
		if got := Segments(string(r)); got.Encoding != GSM7 || got.Units != 1 {
			t.Errorf("%q: %+v", r, got)
		}
	}
	for _, r := range extended {
		if got := Segments(string(r)); got.Encoding != GSM7 || got.Units != 2 {
			t.Errorf("%q: %+v", r, got)
		}
	}
	if n := len([]rune(basic)); n != 127 {
		t.Errorf("basic alphabet has %d characters, want 127 and the escape", n)
	}
}

func TestOneLetter(t *testing.T) {
	for in, want := range map[string]string{
		"\u09AE\u09AF\u09BC\u09B2\u09BE":             "\u09AE\u09DF\u09B2\u09BE",
		"\u09AC\u09BE\u09A1\u09BC\u09BF":             "\u09AC\u09BE\u09DC\u09BF",
		"\u0986\u09B7\u09BE\u09A2\u09BC":             "\u0986\u09B7\u09BE\u09DD",
		"ward 12":                                    "ward 12",
		"\u09B0\u200D\u09CD\u09AF\u09BE\u09AC":       "\u09B0\u200D\u09CD\u09AF\u09BE\u09AC",
		"\u0995\u09BC":                               "\u0995\u09BC",
		"\u09DF\u09AF\u09BC\u09DC \u09A2\u09BC \xff": "\u09DF\u09DF\u09DC \u09DD \xff",
	} {
		if got := OneLetter(in); got != want {
			t.Errorf("OneLetter(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzSegments: counting never panics and the figures fit each other.
func FuzzSegments(f *testing.F) {
	for _, s := range []string{"", "hello", "ময়লা", "€€", "🦟", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Segments(s)
		if (s == "") != (got.Segments == 0) || got.Units < got.Segments || got.Units > got.Segments*loneGSM7 {
			t.Errorf("Segments(%q) = %+v", s, got)
		}
		if got.Encoding == UCS2 && got.Units != len(utf16.Encode([]rune(s))) {
			t.Errorf("Segments(%q) = %+v", s, got)
		}
		if short := Segments(OneLetter(s)); short.Units > got.Units {
			t.Errorf("OneLetter(%q) is longer", s)
		}
	})
}
