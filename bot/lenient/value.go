package lenient

import (
	"bytes"
	"encoding/json"
	"iter"
	"strings"
)

// Value is one JSON value as it stood in the body, without blanks around it.
// The zero Value is an absent one.
type Value []byte

// Kind is the kind of a Value, told by its first byte.
type Kind byte

// The kinds of value.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Parse takes a body for one JSON value. It is false when the brackets or
// strings do not close, or when something follows the value.
func Parse(body []byte) (Value, bool) {
	start := blank(body, 0)
	end, ok := skip(body, start)
	if !ok || blank(body, end) != len(body) {
		return nil, false
	}
	return Value(body[start:end]), true
}

// Kind tells what the value seems to be; only Sound says that it really is.
func (v Value) Kind() Kind {
	if len(v) == 0 {
		return Absent
	}
	switch v[0] {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		return Number
	}
}

// Sound says whether the value is JSON by the letter of RFC 8259, nested less
// than 10,000 deep (the bound of encoding/json).
func (v Value) Sound() bool { return len(v) > 0 && json.Valid(v) }

// Members walks an object's members in order; of anything else there are
// none. Names come without quotes, escapes in them are left as they stand:
// no provider escapes its own names.
func (v Value) Members() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for i := blank(v, 1); i < len(v) && v[i] == '"'; i = next(v, i) {
			nameEnd, ok := skip(v, i)
			if !ok {
				return
			}
			name := v[i+1 : nameEnd-1]
			i = blank(v, nameEnd)
			if i >= len(v) || v[i] != ':' {
				return
			}
			i = blank(v, i+1)
			end, ok := skip(v, i)
			if !ok || !yield(name, v[i:end]) {
				return
			}
			i = end
		}
	}
}

// Items walks an array's elements in order; of anything else there are none.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != Array {
			return
		}
		for i := blank(v, 1); i < len(v) && v[i] != ']'; i = next(v, i) {
			end, ok := skip(v, i)
			if !ok || !yield(v[i:end]) {
				return
			}
			i = end
		}
	}
}

// Member is an object's member by name, the last one if it is there twice.
// To read several, walk Members once.
func (v Value) Member(name string) Value {
	var found Value
	for n, m := range v.Members() {
		if string(n) == name {
			found = m
		}
	}
	return found
}

// next is where the next member or element begins after one that ended at i.
func next(b []byte, i int) int {
	i = blank(b, i)
	if i < len(b) && b[i] == ',' {
		return blank(b, i+1)
	}
	return len(b)
}

// blank is the first place from i that holds no white space.
func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// skip finds the end of the value that begins at i: the bracket that closes
// it, the closing quote, or for the rest the next delimiter.
func skip(b []byte, i int) (end int, ok bool) {
	if i >= len(b) {
		return i, false
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	start := i
	for i < len(b) && strings.IndexByte(delimiters, b[i]) < 0 {
		i++
	}
	return i, i > start
}

// delimiters end a number or a word.
const delimiters = ",:]}[{\" \n\r\t"

// skipNested counts brackets of both kinds together; whether they match is
// for Sound to say.
func skipNested(b []byte, i int) (end int, ok bool) {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i, ok = skipString(b, i); !ok {
				return i, false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
		i++
	}
	return i, false
}

func skipString(b []byte, i int) (end int, ok bool) {
	for i++; i < len(b); {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b), false
		}
		i += n + 1
		if !escaped(b, i-1) {
			return i, true
		}
	}
	return len(b), false
}

// escaped says whether an odd number of backslashes stands before i.
func escaped(b []byte, i int) bool {
	n := 0
	for i--; i >= 0 && b[i] == '\\'; i-- {
		n++
	}
	return n%2 == 1
}
