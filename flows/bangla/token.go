package bangla

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what the parsers read. A longer message is a story, not an answer.
const (
	maxRead   = 4000 // bytes
	maxTokens = 300
)

type kind uint8

const (
	word   kind = iota
	number      // digits, with , and . between digits
	mark        // one rune that is neither
)

// token is a piece of a folded text. spaced says whether white space came before it.
type token struct {
	text   string
	kind   kind
	spaced bool
}

func (t token) is(words ...string) bool {
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

// read folds what a citizen wrote and cuts it into tokens.
func read(room []token, s string) []token {
	if len(s) > maxRead {
		s = strings.ToValidUTF8(s[:maxRead], "")
	}
	return tokenize(room, Fold(s))
}

// tokenize cuts folded text into words, numbers and marks; a border between digits and letters is a border of tokens.
func tokenize(room []token, s string) []token {
	spaced := false
	for i := 0; i < len(s) && len(room) < maxTokens; {
		r, n := utf8.DecodeRuneInString(s[i:])
		end := i + n
		t := token{kind: mark, spaced: spaced}
		spaced = false
		switch {
		case r == ' ':
			spaced = true
			i = end
			continue
		case isDecoration(r):
			i = end
			spaced = t.spaced
			continue
		case isDigit(r):
			t.kind = number
			end = i + numberLen(s[i:])
		case isWordRune(r):
			t.kind = word
			end = i + wordLen(s[i:])
		}
		t.text = strings.TrimRight(s[i:end], "ঃ")
		if t.text != "" {
			room = append(room, t)
		}
		i = end
	}
	return room
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isDecoration tells what dresses up another rune: emoji style, keycap, skin tone.
func isDecoration(r rune) bool {
	return r == 0xFE0F || r == 0xFE0E || r == 0x20E3 || r >= 0x1F3FB && r <= 0x1F3FF
}

func isWordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return 'a' <= r && r <= 'z'
	case r >= 0x0980 && r <= 0x09FF:
		return r < 0x09F2 || r > 0x09FB
	}
	return unicode.IsLetter(r) || unicode.IsMark(r)
}

// numberLen is the length of the number s begins with: digits, and commas or points with digits on both sides.
func numberLen(s string) int {
	i := 1
	for i < len(s) {
		if isDigit(rune(s[i])) {
			i++
			continue
		}
		if (s[i] == ',' || s[i] == '.') && i+1 < len(s) && isDigit(rune(s[i+1])) {
			i += 2
			continue
		}
		break
	}
	return i
}

// wordLen is the length of the word s begins with; an apostrophe between letters belongs to it.
func wordLen(s string) int {
	i := 0
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isWordRune(r) && (!isApostrophe(r) || !followedByLetter(s[i+n:])) {
			break
		}
		i += n
	}
	return i
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

func followedByLetter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWordRune(r)
}

// keyBuf is room for the key of one word on the stack.
type keyBuf [48]byte

// wordSet answers whether a word belongs to a set, by its folded spelling.
type wordSet map[string]struct{}

// setOf makes a set of the folded words in a space-separated list.
func setOf(lists ...string) wordSet {
	set := wordSet{}
	for _, list := range lists {
		for _, w := range strings.Fields(list) {
			set[Fold(w)] = struct{}{}
		}
	}
	return set
}

func (s wordSet) has(w string) bool {
	_, ok := s[w]
	return ok
}
