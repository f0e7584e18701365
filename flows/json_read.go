package flows

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of a stored session.
const (
	maxList     = 200 // elements of one list, answers of one session
	maxNesting  = 32  // arrays and objects within an unknown member
	maxIntegers = 20  // digits of a number
)

var errJSON = errors.New("malformed JSON")

// jsonReader reads the small JSON of a session in one pass, without reflection.
// Every method leaves it after the value it read. Strings are pieces of the
// input, so that reading a session costs few allocations.
type jsonReader struct {
	b  string
	at int
}

func (r *jsonReader) skipSpace() {
	for r.at < len(r.b) {
		switch r.b[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek is the next byte that is not white space, 0 at the end.
func (r *jsonReader) peek() byte {
	r.skipSpace()
	if r.at < len(r.b) {
		return r.b[r.at]
	}
	return 0
}

func (r *jsonReader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) word(w string) bool {
	r.skipSpace()
	if len(r.b)-r.at < len(w) || r.b[r.at:r.at+len(w)] != w {
		return false
	}
	r.at += len(w)
	return true
}

// object reads an object; member must read the value of every key.
func (r *jsonReader) object(member func(key string) error) error {
	if !r.take('{') {
		return errJSON
	}
	if r.take('}') {
		return nil
	}
	for {
		key, err := r.quoted()
		if err != nil {
			return err
		}
		if !r.take(':') {
			return errJSON
		}
		if err := member(key); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return errJSON
		}
	}
}

func (r *jsonReader) string() (string, error) {
	if r.word("null") {
		return "", nil
	}
	return r.quoted()
}

// quoted reads a string.
func (r *jsonReader) quoted() (string, error) {
	if !r.take('"') {
		return "", errJSON
	}
	start := r.at
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case c == '"':
			r.at++
			return valid(r.b[start : r.at-1]), nil
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			return "", errJSON
		default:
			r.at++
		}
	}
	return "", errJSON
}

// escaped goes on with a string in which the first backslash was met.
func (r *jsonReader) escaped(start int) (string, error) {
	out := append([]byte(nil), r.b[start:r.at]...)
	for r.at < len(r.b) {
		c := r.b[r.at]
		r.at++
		switch {
		case c == '"':
			return valid(string(out)), nil
		case c < 0x20:
			return "", errJSON
		case c != '\\':
			out = append(out, c)
		default:
			var err error
			if out, err = r.escape(out); err != nil {
				return "", err
			}
		}
	}
	return "", errJSON
}

func (r *jsonReader) escape(out []byte) ([]byte, error) {
	if r.at >= len(r.b) {
		return nil, errJSON
	}
	c := r.b[r.at]
	r.at++
	switch c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'n':
		return append(out, '\n'), nil
	case 't':
		return append(out, '\t'), nil
	case 'r':
		return append(out, '\r'), nil
	case 'b':
		return append(out, '\b'), nil
	case 'f':
		return append(out, '\f'), nil
	case 'u':
		return r.unicode(out)
	default:
		return nil, errJSON
	}
}

func (r *jsonReader) unicode(out []byte) ([]byte, error) {
	c, err := r.hex4()
	if err != nil {
		return nil, err
	}
	if utf16.IsSurrogate(c) && r.at+1 < len(r.b) && r.b[r.at] == '\\' && r.b[r.at+1] == 'u' {
		mark := r.at
		r.at += 2
		low, err := r.hex4()
		if err != nil {
			return nil, err
		}
		if both := utf16.DecodeRune(c, low); both != utf8.RuneError {
			return utf8.AppendRune(out, both), nil
		}
		r.at = mark
	}
	return utf8.AppendRune(out, c), nil
}

func (r *jsonReader) hex4() (rune, error) {
	if len(r.b)-r.at < 4 {
		return 0, errJSON
	}
	n, err := strconv.ParseUint(r.b[r.at:r.at+4], 16, 16)
	if err != nil {
		return 0, errJSON
	}
	r.at += 4
	return rune(n), nil
}

// valid replaces what is not UTF-8.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// number reads the characters of a number.
func (r *jsonReader) number() (string, error) {
	r.skipSpace()
	start := r.at
	for r.at < len(r.b) {
		c := r.b[r.at]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
		r.at++
	}
	if start == r.at || r.b[start] == '+' || r.b[start] == '.' {
		return "", errJSON
	}
	return r.b[start:r.at], nil
}

func (r *jsonReader) integer() (int64, error) {
	digits, err := r.number()
	if err != nil || len(digits) > maxIntegers {
		return 0, errJSON
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, errJSON
	}
	return n, nil
}

// count reads a small number that is not negative.
func (r *jsonReader) count() (int, error) {
	n, err := r.integer()
	if err != nil || n < 0 || n > 1<<20 {
		return 0, errJSON
	}
	return int(n), nil
}

func (r *jsonReader) float() (float64, error) {
	digits, err := r.number()
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, errJSON
	}
	return f, nil
}

func (r *jsonReader) boolean() (bool, error) {
	if r.word("true") {
		return true, nil
	}
	if r.word("false") {
		return false, nil
	}
	return false, errJSON
}
