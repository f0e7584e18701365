package bangla

// Latin returns the phonetic key of s: one short Latin spelling for all the ways a word is written in Bangla script
// and romanised, words separated by one space, numbers kept. Aspiration, doubled letters, joined o/u and the vowel
// a consonant carries by itself are dropped, so that "moyla", "moila" and "ময়লা" are all "mila". A key is for
// comparing with other keys, not for reading. The rules follow domain.md §6.4.
func Latin(s string) string {
	var room [64]token
	folded := Fold(s)
	b := make([]byte, 0, len(folded)+4)
	for _, t := range tokenize(room[:0], folded) {
		if t.kind == mark {
			continue
		}
		if len(b) > 0 && b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
		if t.kind == number {
			b = append(b, t.text...)
			continue
		}
		b = appendKey(b, t.text)
	}
	return string(trimSpaceRight(b))
}

// stemEndings are the case and article endings of a key, longest first, with the letter they must follow (0: any).
var stemEndings = []struct {
	ending string
	after  byte
}{
	{"gla", 0},
	{"gli", 0},
	{"der", 0},
	{"ter", 0},
	{"tar", 0},
	{"gl", 0},
	{"er", 0},
	{"te", 0},
	{"ta", 0},
	{"da", 0}, // ta, as many villages say it
	{"ti", 0},
	{"ke", 0},
	{"e", 0},
	{"r", 'a'},
	{"r", 'i'},
	{"r", 's'}, // গ্যাসর, as Sylhet and Chattogram say it
	{"t", 'a'}, // নালাত, রাস্তাত
	{"i", 'a'},
}

// minStem is the shortest stem Stem leaves; shorter ones say nothing.
const minStem = 3

// Stem cuts one case or article ending (-e, -er, -r, -te, -ta, -gulo, …) off a one-word key made by Latin.
// A key without one, or too short to lose one, comes back as it is.
func Stem(key string) string {
	for _, e := range stemEndings {
		n := len(key) - len(e.ending)
		if n < minStem || key[n:] != e.ending || e.after != 0 && key[n-1] != e.after {
			continue
		}
		return key[:n]
	}
	return key
}

// appendKey adds the key of one folded word to b.
func appendKey(b []byte, word string) []byte {
	k := keyer{out: b, start: len(b)}
	if isASCII(word) {
		k.roman(word)
		return k.out
	}
	k.script(word)
	return k.out
}

// keyer writes the key of one word sound by sound. Sounds are Latin letters; 'o' stands for o, u and w.
type keyer struct {
	out     []byte
	start   int
	last    byte // last sound, 0 at the start; a silent inherent vowel does not count
	rounded bool // the last vowel was o, u or inherent, with nothing after it
}

func (k *keyer) sound(c byte) {
	switch c {
	case 'o':
		if len(k.out) == k.start {
			k.out = append(k.out, 'o')
		}
		k.last, k.rounded = 'o', true
		return
	case 'e':
		if n := len(k.out); n > k.start && k.out[n-1] == 'i' && k.last == 'i' {
			k.out[n-1] = 'e'
			k.last, k.rounded = 'e', false
			return
		}
	}
	k.rounded = false
	if c == k.last {
		return
	}
	k.out = append(k.out, c)
	k.last = c
}

func (k *keyer) sounds(s string) {
	for i := 0; i < len(s); i++ {
		k.sound(s[i])
	}
}

func (k *keyer) afterConsonant() bool {
	switch k.last {
	case 0, 'a', 'e', 'i', 'o':
		return false
	}
	return true
}

// roman reads a romanised word in lower-case ASCII.
func (k *keyer) roman(w string) {
	for i := 0; i < len(w); {
		next := byte(0)
		if i+1 < len(w) {
			next = w[i+1]
		}
		switch c := w[i]; c {
		case 'a', 'i':
			k.sound(c)
		case 'e':
			if next == 'e' {
				c = 'i'
				i++
			}
			k.sound(c)
		case 'o', 'u', 'w':
			k.sound('o')
		case 'y':
			k.romanY(next)
		case 'h', 'l', 'm', 'n', 'f', 'v':
			k.sound(c)
		case 'q':
			k.sound('k')
		case 'x':
			k.sounds("ks")
		case 'c':
			i += k.romanC(w[i+1:])
		case 'k', 'g', 'j', 'z', 't', 'd', 'p', 'b', 's', 'r':
			i += k.stop(c, w[i+1:])
		}
		i++
	}
}

// stop writes a consonant that may be aspirated and says how many of the letters after it belong to it.
func (k *keyer) stop(c byte, rest string) int {
	used := 0
	if c == 'k' && len(rest) > 1 && rest[:2] == "sh" {
		used = 1
	}
	h := used < len(rest) && rest[used] == 'h'
	for used < len(rest) && rest[used] == 'h' {
		used++
	}
	switch {
	case c == 'p' && h:
		c = 'f'
	case c == 'b' && h:
		c = 'v'
	case c == 'z':
		c = 'j'
	}
	k.sound(c)
	return used
}

// romanC reads a c: ch, chh and cca ("bacca") as in চ, s before e, i, y, else k.
func (k *keyer) romanC(rest string) int {
	switch {
	case rest == "":
		k.sound('k')
	case rest[0] == 'h', len(rest) > 1 && rest[:2] == "ch":
		return k.stop('c', rest)
	case len(rest) > 1 && rest[:2] == "ca":
		k.sound('c')
		return 1
	case rest[0] == 'e', rest[0] == 'i', rest[0] == 'y':
		k.sound('s')
	default:
		k.sound('k')
	}
	return 0
}

func (k *keyer) romanY(next byte) {
	switch {
	case k.afterConsonant() && (next == 'a' || next == 'o' || next == 'u'):
	case k.rounded && next == 'a':
	default:
		k.sound('i')
	}
}
