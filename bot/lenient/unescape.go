package lenient

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape reads the inside of a JSON string. What encoding/json would read
// from it comes out; a broken escape makes it false. Meta escapes everything
// that is not ASCII, so each Bangla message goes through here.
func unescape(in []byte) (string, bool) {
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); {
		switch c := in[i]; {
		case c == '\\':
			r, size, ok := escape(in[i:])
			if !ok {
				return "", false
			}
			out = utf8.AppendRune(out, r)
			i += size
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, size := utf8.DecodeRune(in[i:])
			out = utf8.AppendRune(out, r)
			i += size
		}
	}
	return string(out), true
}

// short are the escapes of one letter.
var short = [256]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads one escape, or two that are halves of a surrogate pair; a half
// without its other is U+FFFD.
func escape(b []byte) (r rune, size int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1] != 'u' {
		r = short[b[1]]
		return r, 2, r != 0
	}
	r, ok = unit(b)
	if !ok || !utf16.IsSurrogate(r) {
		return r, 6, ok
	}
	if low, lowOK := unit(b[6:]); lowOK {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 12, true
		}
	}
	return utf8.RuneError, 6, true
}

// unit reads \uXXXX.
func unit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
