package bangla

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Letters and signs that decide how Bangla text is folded.
const (
	letterTa      = 'ত'
	letterKhandTa = 'ৎ'
	letterRa      = 'র'
	letterRaAssam = 'ৰ'
	signHasant    = '\u09CD'
	signNukta     = '\u09BC'
	signAa        = '\u09BE'
	signE         = '\u09C7'
	signO         = '\u09CB'
	signAu        = '\u09CC'
	signAuMark    = '\u09D7'
	zeroJoiner    = '\u200D'
)

// Fold returns the form of s in which texts are compared: NFC, without joiners, zero-width and
// direction marks, old ত্+ZWJ as ৎ, Assamese ৰ as র, white space collapsed and trimmed, lower case,
// Bangla digits as 0-9. It is idempotent. Never show its result to a citizen.
func Fold(s string) string {
	if isASCII(s) {
		return foldASCII(s)
	}
	if isFolded(s) {
		return s
	}
	b := foldRunes(make([]byte, 0, len(s)+len(s)/4), s)
	if !isSimple(b) && !norm.NFC.IsNormal(b) {
		b = norm.NFC.Bytes(b)
	}
	if string(b) == s {
		return s
	}
	return string(b)
}

// isSimple tells text that appendFolded leaves in NFC by itself: ASCII, Bangla without a nukta after a hasant, dandas.
func isSimple(b []byte) bool {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == '।' || r == '॥':
		case r < 0x0980 || r >= 0x09FE:
			return false
		case r == signNukta && i >= n && string(b[i-n:i]) == string(signHasant):
			return false
		}
		i += n
	}
	return true
}

// isFolded tells Bangla text that Fold would leave as it is, at the price of one look at its bytes: what was folded
// once is often folded again. False only means that it takes a closer look.
func isFolded(s string) bool {
	var before rune // the rune before, 0 for anything but Bangla
	space := true
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || 'A' <= c && c <= 'Z' || c == ' ' && space {
				return false
			}
			space, before = c == ' ', 0
			i++
			continue
		}
		if c != 0xE0 || i+2 >= len(s) || s[i+1]|0b11 != 0xA7 || s[i+2]&0xC0 != 0x80 {
			return false
		}
		r := rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F)
		if !staysFolded(r, before) {
			return false
		}
		space, before = false, r
		i += 3
	}
	return !space
}

// staysFolded tells whether a rune of U+0900 to U+09FF, after the one before it, is as Fold writes it.
func staysFolded(r, before rune) bool {
	switch {
	case r == '।' || r == '॥':
		return true
	case r < 0x0980 || r >= letterRaAssam || r >= '০' && r <= '৯' || r == '\u09DC' || r == '\u09DD' || r == '\u09DF':
		return false
	case r == signNukta:
		return before == 'ড' || before == 'ঢ' || before == 'য'
	case r == signAa || r == signAuMark:
		return before != signE
	}
	return true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldASCII is Fold for text without a single non-ASCII byte; it allocates only when something changes.
func foldASCII(s string) string {
	if asciiFolded(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		b = appendFolded(b, rune(s[i]))
	}
	return string(trimSpaceRight(b))
}

func asciiFolded(s string) bool {
	space := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' || c < ' ' && c >= '\t' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

func foldRunes(b []byte, s string) []byte {
	for _, r := range s {
		if isInvisible(r) {
			if r == zeroJoiner {
				b = khandaTa(b)
			}
			continue
		}
		b = appendFolded(b, r)
	}
	return trimSpaceRight(b)
}

// appendFolded adds one rune in folded form to b, looking back where a sign joins what is before it.
func appendFolded(b []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf && r > ' ':
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(b, byte(r))
	case unicode.IsSpace(r):
		if len(b) > 0 && b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
		return b
	case r >= '০' && r <= '৯':
		return append(b, byte('0'+r-'০'))
	case r >= 0x0980 && r <= 0x09FF:
		return appendBangla(b, r)
	}
	return utf8.AppendRune(b, unicode.ToLower(r))
}

func appendBangla(b []byte, r rune) []byte {
	switch r {
	case letterRaAssam:
		r = letterRa
	case '\u09DC':
		return append(b, "ড\u09BC"...)
	case '\u09DD':
		return append(b, "ঢ\u09BC"...)
	case '\u09DF':
		return append(b, "য\u09BC"...)
	case signAa, signAuMark:
		if last, n := utf8.DecodeLastRune(b); last == signE {
			joined := signO
			if r == signAuMark {
				joined = signAu
			}
			return utf8.AppendRune(b[:len(b)-n], joined)
		}
	case signNukta:
		return appendNukta(b)
	}
	return utf8.AppendRune(b, r)
}

// appendNukta adds a nukta, before the vowel sign when it was typed after it (রযে়ছে), which NFC leaves wrong.
func appendNukta(b []byte) []byte {
	sign, n := utf8.DecodeLastRune(b)
	if sign >= signAa && sign <= signAu {
		base, _ := utf8.DecodeLastRune(b[:len(b)-n])
		if base == 'ড' || base == 'ঢ' || base == 'য' {
			b = utf8.AppendRune(b[:len(b)-n], signNukta)
			return utf8.AppendRune(b, sign)
		}
	}
	return utf8.AppendRune(b, signNukta)
}

// khandaTa turns a ত্ at the end of b, just before a joiner, into ৎ.
func khandaTa(b []byte) []byte {
	const taHasant = "ত\u09CD"
	if len(b) < len(taHasant) || string(b[len(b)-len(taHasant):]) != taHasant {
		return b
	}
	return utf8.AppendRune(b[:len(b)-len(taHasant)], letterKhandTa)
}

// isInvisible tells the format characters that matching ignores: joiners, zero-width and direction marks,
// BOM, soft hyphen.
func isInvisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x061C, r == 0xFEFF:
		return true
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2069:
		return true
	}
	return false
}

func trimSpaceRight(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == ' ' {
		return b[:n-1]
	}
	return b
}

// Digits returns s with Bangla digits turned into 0-9 and nothing else changed.
func Digits(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= '০' && r <= '৯' }) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r >= '০' && r <= '৯' {
			b = append(b, byte('0'+r-'০'))
		} else {
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

// ToBangla returns s with 0-9 turned into Bangla digits and nothing else changed.
func ToBangla(s string) string {
	if !strings.ContainsAny(s, "0123456789") {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); i++ {
		if c := s[i]; '0' <= c && c <= '9' {
			b = utf8.AppendRune(b, '০'+rune(c-'0'))
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// Clean returns s fit to be kept and shown: valid UTF-8 (a bad byte becomes U+FFFD), line ends as \n, no control
// characters but \n and \t, trimmed. Joiners stay: they decide how র‍্যাব looks.
func Clean(s string) string {
	if isClean(s) {
		return strings.TrimFunc(s, isMargin)
	}
	b := make([]byte, 0, len(s))
	for i, r := range s {
		switch {
		case r == '\r':
			if i+1 == len(s) || s[i+1] != '\n' {
				b = append(b, '\n')
			}
		case !isControl(r):
			b = utf8.AppendRune(b, r)
		}
	}
	return strings.TrimFunc(string(b), isMargin)
}

func isClean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, isControl)
}

func isControl(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r <= 0x9F
}

func isMargin(r rune) bool {
	return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B'
}
