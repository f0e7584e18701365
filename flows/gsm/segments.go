package gsm

import "strings"

// The encodings of a text message.
const (
	GSM7 = "gsm7" // the 7-bit default alphabet and its extension
	UCS2 = "ucs2" // UTF-16, for everything else
)

// Units that fit in a lone segment and in each part of a joined message, per encoding.
const (
	loneGSM7   = 160
	joinedGSM7 = 153
	loneUCS2   = 70
	joinedUCS2 = 67
)

// basic is the GSM 7-bit default alphabet, one unit each; extended characters cost an escape and so two.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)

// Count is what one text takes as SMS. Units are septets for GSM7 and UTF-16 units for UCS2; an empty text takes none.
type Count struct {
	Encoding string
	Units    int
	Segments int
}

// Segments counts text as it is, without changing its letters. A unit of two (an escaped character, a surrogate pair)
// is never split over two parts.
func Segments(text string) Count {
	if c, ok := count(text, GSM7, loneGSM7, joinedGSM7, septets); ok {
		return c
	}
	c, _ := count(text, UCS2, loneUCS2, joinedUCS2, utf16Units)
	return c
}

// count adds up the units of text and the parts they fill; ok is false when a rune has no unit in the encoding.
func count(text, encoding string, lone, joined int, width func(rune) int) (c Count, ok bool) {
	c.Encoding = encoding
	part, parts := 0, 1
	for _, r := range text {
		w := width(r)
		if w == 0 {
			return Count{}, false
		}
		c.Units += w
		if part+w > joined {
			part = 0
			parts++
		}
		part += w
	}
	switch {
	case c.Units == 0:
	case c.Units <= lone:
		c.Segments = 1
	default:
		c.Segments = parts
	}
	return c, true
}

// septets is the width of r in GSM 7-bit, 0 when it has none.
func septets(r rune) int {
	switch {
	case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ' ':
		return 1
	case r > 'Ω' && r != '€':
		return 0
	case strings.ContainsRune(basic, r):
		return 1
	case strings.ContainsRune(extended, r):
		return 2
	}
	return 0
}

func utf16Units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// OneLetter spells ড়, ঢ় and য় with their one-letter forms (U+09DC, U+09DD, U+09DF), which Unicode normalisation takes
// apart: one unit less each. Everything else stays; the text looks the same.
func OneLetter(s string) string {
	if !strings.Contains(s, "\u09BC") {
		return s
	}
	return oneLetter.Replace(s)
}

var oneLetter = strings.NewReplacer("\u09A1\u09BC", "\u09DC", "\u09A2\u09BC", "\u09DD", "\u09AF\u09BC", "\u09DF")

// Plain spells text so that it costs the fewest segments and reads the same: one-letter ড়, ঢ় and য়, and, when that is
// all that keeps a text out of the 7-bit alphabet, plain quotes, dashes and dots for typographic ones.
func Plain(s string) string {
	s = OneLetter(s)
	if plain := typographic.Replace(s); plain != s && Segments(plain).Encoding == GSM7 {
		return plain
	}
	return s
}

var typographic = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "“", "\"", "”", "\"", "„", "\"", "–", "-", "—", "-", "…", "...",
	"•", "-", "\u00a0", " ", "\u202f", " ", "\u200b", "", "\u00ad", "")
