package bangla

import "unicode/utf8"

// What a text must score to be taken for Bijoy: a sign inside a word weighs most, then capitals inside words and the
// letter v (which is া there) after a consonant.
const (
	bijoySign    = 3
	bijoyLimit   = 4
	bijoyLetters = 4
	bijoyVShare  = 8 // at least one letter in 8 is such a v
)

// bijoySigns are letters and conjunct halves of the Bijoy/SutonnyMJ font as they look in Unicode.
var bijoySigns = map[rune]struct{}{
	'†': {}, '‡': {}, '©': {}, 'Š': {}, '¨': {}, 'ª': {}, '«': {}, '¯': {}, '^': {}, '`': {}, '&': {}, '¤': {}, 'Í': {}, 'Ð': {},
	'Ö': {}, '×': {}, 'Ø': {}, 'Ü': {}, 'Ý': {}, 'š': {}, 'ˆ': {}, '‰': {}, 'Ï': {}, '™': {}, 'œ': {}, '›': {}, '‹': {}, 'Ÿ': {},
	'¶': {}, '§': {}, 'µ': {}, '¼': {}, '½': {}, '¾': {}, 'ß': {}, 'Â': {}, 'À': {}, 'È': {}, 'Î': {}, 'Ë': {}, 'Õ': {}, '·': {},
	'…': {}, '•': {}, 'ƒ': {}, '„': {}, '¡': {}, '¢': {}, '£': {}, '¥': {}, '³': {}, '²': {}, '±': {}, '¹': {}, '®': {},
}

// Bijoy tells whether s looks like Bangla typed with an ASCII font (Bijoy), such as "Avgvi evmvi mvg‡b gqjv".
// It reads the raw text: case matters there.
func Bijoy(s string) bool {
	if len(s) > maxRead {
		s = s[:maxRead]
	}
	letters, vs, score := 0, 0, 0
	prev := ' '
	for i, r := range s {
		switch {
		case r >= 0x0980 && r <= 0x09FF:
			return false
		case isLatinLetter(r):
			letters++
			if r == 'v' && isBijoyStem(prev) {
				vs++
			}
			if r <= 'Z' && prev >= 'a' && prev <= 'z' {
				score++
			}
		case isBijoySign(r) && insideWord(s[i+utf8.RuneLen(r):], prev):
			score += bijoySign
		}
		prev = r
	}
	if vs > 0 && vs*bijoyVShare >= letters {
		score += vs
	}
	return letters >= bijoyLetters && score >= bijoyLimit
}

func isLatinLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// isBijoyStem tells the letters after which a v is a vowel sign in Bijoy but rare in any romanised word.
func isBijoyStem(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u':
		return false
	}
	return isLatinLetter(r)
}

func isBijoySign(r rune) bool {
	_, ok := bijoySigns[r]
	return ok
}

// insideWord tells whether a sign stands before a letter, or between a letter and more of the word.
func insideWord(rest string, prev rune) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	return isLatinLetter(next) || isLatinLetter(prev) && isBijoySign(next)
}
