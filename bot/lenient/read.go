package lenient

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// milliseconds is the smallest number that is taken for milliseconds since
// 1970 rather than seconds: 9 September 2001, or the year 33658.
const milliseconds = 1e12

// latest bounds what is believed as a time, in seconds: 1 January 3000.
const latest = 32503680000

// Text reads a string: NUL bytes dropped, invalid UTF-8 and lone surrogates
// as U+FFFD, cut after bound characters (code points; 0 for no bound).
// It is false for everything that is not a string.
func (v Value) Text(bound int) (string, bool) {
	if v.Kind() != String || len(v) < 2 {
		return "", false
	}
	in := v[1 : len(v)-1]
	if bytes.IndexByte(in, '\\') < 0 && utf8.Valid(in) {
		return cut(clean(string(in)), bound), true
	}
	s, ok := unescape(in)
	if !ok {
		return "", false
	}
	return cut(clean(s), bound), true
}

// clean drops NUL, which PostgreSQL cannot keep.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// cut keeps the first bound characters, in memory of their own so that a huge
// body is not held by a small text.
func cut(s string, bound int) string {
	if bound <= 0 || len(s) <= bound {
		return s
	}
	n := 0
	for i := range s {
		if n == bound {
			return strings.Clone(s[:i])
		}
		n++
	}
	return s
}

// ID reads an identifier that is a string or a whole number, as "104…" or
// 104…; everything else is empty. No more than bound bytes are accepted.
func (v Value) ID(bound int) string {
	switch v.Kind() {
	case String:
		if s, ok := v.Text(0); ok && len(s) <= bound {
			return s
		}
	case Number:
		if len(v) <= bound && digits(v) {
			return string(v)
		}
	}
	return ""
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// Float reads a finite number, written as one or as a string.
func (v Value) Float() (float64, bool) {
	b := []byte(v)
	if v.Kind() == String && len(b) >= 2 {
		b = bytes.TrimSpace(b[1 : len(b)-1])
	}
	if len(b) == 0 || (b[0] != '-' && (b[0] < '0' || b[0] > '9')) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// Bool is true for true, and for nothing else.
func (v Value) Bool() bool { return string(v) == "true" }

// Time reads a time since 1970 in milliseconds or seconds (told by its size),
// as whole number, fraction or string. The zero time stands for what is none.
func (v Value) Time() time.Time {
	f, ok := v.Float()
	if !ok || f <= 0 {
		return time.Time{}
	}
	if f >= milliseconds {
		if f/1000 > latest {
			return time.Time{}
		}
		return time.UnixMilli(int64(f)).UTC()
	}
	if f > latest {
		return time.Time{}
	}
	return time.Unix(int64(f), 0).UTC()
}
