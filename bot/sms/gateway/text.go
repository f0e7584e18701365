package gateway

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxText is how much of a person's text is kept, in bytes.
const maxText = 64 << 10

// unescape reads a piece of a query: + and %XX, and %uXXXX with which old
// gateways write what is not ASCII. What is no escape stands for itself.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		switch {
		case s[i] == '+':
			b, i = append(b, ' '), i+1
		case s[i] != '%':
			b, i = append(b, s[i]), i+1
		default:
			if v, ok := hexAt(s, i+1, 2); ok {
				b, i = append(b, byte(v)), i+3
			} else if r, size := percentU(s[i:]); size > 0 {
				b, i = utf8.AppendRune(b, r), i+size
			} else {
				b, i = append(b, '%'), i+1
			}
		}
	}
	return string(b)
}

// hexAt reads n hex digits.
func hexAt(s string, at, n int) (uint64, bool) {
	if len(s) < at+n {
		return 0, false
	}
	v, err := strconv.ParseUint(s[at:at+n], 16, 32)
	return v, err == nil
}

// percentU reads %uXXXX, two of them where they are halves of one character.
func percentU(s string) (r rune, size int) {
	if !strings.HasPrefix(s, "%u") && !strings.HasPrefix(s, "%U") {
		return 0, 0
	}
	v, ok := hexAt(s, 2, 4)
	if !ok {
		return 0, 0
	}
	r = rune(v)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if rest := s[6:]; strings.HasPrefix(rest, "%u") || strings.HasPrefix(rest, "%U") {
		if low, ok := hexAt(rest, 2, 4); ok && utf16.DecodeRune(r, rune(low)) != utf8.RuneError {
			return utf16.DecodeRune(r, rune(low)), 12
		}
	}
	return utf8.RuneError, 6
}

// decode reads a person's text as the profile says it is written. hint says
// that the gateway marks the text as UCS-2.
func (e textEncoding) decode(s string, hint bool) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	switch {
	case e == textHex || e == textAuto && (hint || looksHex(s)):
		if t, ok := fromHex(s); ok {
			return clean(t)
		}
	case e == textPercentU:
		return clean(percentUs(s))
	}
	if e == textLatin1 || e == textAuto && latin(s) {
		if t, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
			s = t
		}
	}
	return clean(s)
}

// percentUs reads %uXXXX inside a text that was escaped twice.
func percentUs(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if r, size := percentU(s[i:]); size > 0 {
			b.WriteRune(r)
			i += size
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// latin says whether a text is no UTF-8 but could be Latin-1: single high
// bytes among ASCII, none of them part of a UTF-8 character.
func latin(s string) bool {
	if utf8.ValidString(s) {
		return false
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= utf8.RuneSelf && (r != utf8.RuneError || size > 1) {
			return false
		}
		i += size
	}
	return true
}

// fromHex reads UTF-16 units in hex digits, big end first.
func fromHex(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s)%4 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(s)/4)
	for i := 0; i < len(s); i += 4 {
		v, err := strconv.ParseUint(s[i:i+4], 16, 16)
		if err != nil {
			return "", false
		}
		units = append(units, uint16(v))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"), true
}

// leastHex is how many characters of hex digits are believed to be a text
// that nobody has marked as such.
const leastHex = 3

// looksHex says whether a text is Bangla in hex digits: numbers people send
// are not, for every fourth digit would have to spell it.
func looksHex(s string) bool {
	t, ok := fromHex(s)
	if !ok || len(s)/4 < leastHex {
		return false
	}
	bangla := 0
	for _, r := range t {
		switch {
		case r >= 0x0980 && r <= 0x09FF:
			bangla++
		case r >= ' ' && r < utf8.RuneSelf || r == '\n' || r == '।':
		default:
			return false
		}
	}
	return 2*bangla >= len(s)/4
}

// clean makes a text fit to be kept: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
