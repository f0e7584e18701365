package bottest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zwj    = "\u200d"
	zwnj   = "\u200c"
	virama = "\u09cd"
)

// sampleTexts must pass byte for byte, in and out.
var sampleTexts = []string{
	"Stagnant water behind the school",
	"ধানমন্ডি ২৭ নম্বরে জমে থাকা পানিতে মশার লার্ভা দেখা যাচ্ছে 🦟😟",
	"র" + zwj + virama + "যাব রোড, ক্ষতি 👨" + zwj + "👩" + zwj + "👧" + zwj + "👦 কা" + zwnj,
	"ড়\u09a1\u09bc ঢ়\u09a2\u09bc", // composed and decomposed stay what they are
	`<b>50% off</b> a@b.example "q" \ /` + "\n\tdone",
	"১২,৩৪,৫৬৭ & é ی",
}

// hostileTexts must harm nobody; what arrives is valid UTF-8 without NUL.
var hostileTexts = []string{
	"\x00",
	"a\x00b",
	"\xff\xfe\xc3",
	"\xed\xa0\x80",
	"\u202eevil\u202c \u2066x\u2069 \u200f",
	"\U0010ffff\ufffe\ufeff",
	strings.Repeat("e\u0301\u0327", 3000),
	"a" + strings.Repeat("\u0301", 6000),
	strings.Repeat("👨"+zwj+"👩"+zwj+"👧"+zwj+"👦", 800),
	strings.Repeat("\n", 5000),
	"'; DROP TABLE messages; --",
	"{{.}} ${x} %s %n <script>alert(1)</script>",
}

// longTexts are longer than any channel takes at once.
func longTexts() map[string]string {
	return map[string]string{
		"sentences":   strings.Repeat("ড্রেনের পানি রাস্তায় উঠে এসেছে, হাঁটা যায় না। ", 120),
		"lines":       strings.Repeat("১২ নম্বর ওয়ার্ড\nমিরপুর রোড\n", 200),
		"no borders":  strings.Repeat("ক্ষ্ম", 1500),
		"families":    strings.Repeat("👨"+zwj+"👩"+zwj+"👧"+zwj+"👦", 600),
		"one of each": strings.Repeat("x", 1899) + "ক্ষ" + strings.Repeat("y", 3000),
	}
}

// pack drops white space: at a cut it may go.
func pack(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// insideCluster says whether s begins with something that belongs to the
// character before it: a sign, a joiner.
func insideCluster(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.M, r) || string(r) == zwj || string(r) == zwnj
}
