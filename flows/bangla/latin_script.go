package bangla

import "unicode/utf8"

// scriptSounds are the sounds of Bangla letters and vowel signs; conjuncts are in keyer.conjunct.
var scriptSounds = soundTable(map[rune]string{
	'ক': "k", 'খ': "k", 'গ': "g", 'ঘ': "g", 'ঙ': "ng", 'চ': "c", 'ছ': "c", 'জ': "j", 'ঝ': "j", 'ঞ': "n",
	'ট': "t", 'ঠ': "t", 'ড': "d", 'ঢ': "d", 'ণ': "n", 'ত': "t", 'থ': "t", 'দ': "d", 'ধ': "d", 'ন': "n",
	'প': "p", 'ফ': "f", 'ব': "b", 'ভ': "v", 'ম': "m", 'য': "j", 'র': "r", 'ল': "l", 'শ': "s", 'ষ': "s",
	'স': "s", 'হ': "h", 'ৎ': "t", 'ং': "ng", 'ৱ': "o",
	'অ': "o", 'আ': "a", 'ই': "i", 'ঈ': "i", 'উ': "o", 'ঊ': "o", 'ঋ': "ri", 'এ': "e", 'ঐ': "oi", 'ও': "o", 'ঔ': "o",
	'া': "a", 'ি': "i", 'ী': "i", 'ু': "o", 'ূ': "o", 'ৃ': "ri", 'ে': "e", 'ৈ': "oi", 'ো': "o", 'ৌ': "o",
})

// banglaBlock is the first rune of the Bangla block in Unicode, which has 128.
const banglaBlock = 0x0980

func soundTable(sounds map[rune]string) (table [128]string) {
	for r, s := range sounds {
		table[r-banglaBlock] = s
	}
	return table
}

func soundsOf(r rune) string {
	if r < banglaBlock || int(r-banglaBlock) >= len(scriptSounds) {
		return ""
	}
	return scriptSounds[r-banglaBlock]
}

// script reads a word in Bangla script (folded, so ড় ঢ় য় are two runes); Latin letters in it are read as romanised.
func (k *keyer) script(w string) {
	for i := 0; i < len(w); {
		r, n := utf8.DecodeRuneInString(w[i:])
		rest := w[i+n:]
		switch {
		case r < utf8.RuneSelf:
			k.roman(w[i : i+n])
		case startsWith(rest, signNukta):
			n += utf8.RuneLen(signNukta)
			k.dotted(r, w[i+n:])
		case startsWith(rest, signHasant):
			n += k.conjunct(r, rest[utf8.RuneLen(signHasant):])
		default:
			k.sounds(soundsOf(r))
			k.inherent(r, rest)
		}
		i += n
	}
}

// inherent notes the silent vowel of a bare consonant.
func (k *keyer) inherent(r rune, rest string) {
	next, _ := utf8.DecodeRuneInString(rest)
	if isConsonant(r) && (next < signAa || next > signAu) {
		k.rounded = true
	}
}

// dotted writes ড়, ঢ় (r) and য়, which is silent between o/u and a as in ওয়ার্ড.
func (k *keyer) dotted(base rune, rest string) {
	switch {
	case base != 'য':
		k.sound('r')
	case k.rounded && startsWith(rest, signAa):
		return
	default:
		k.sound('i')
	}
	k.inherent(base, rest)
}

// conjunct writes a letter followed by a hasant and says how many bytes after the letter it used up.
func (k *keyer) conjunct(r rune, rest string) int {
	hasant := utf8.RuneLen(signHasant)
	next, n := utf8.DecodeRuneInString(rest)
	initial := len(k.out) == k.start
	switch {
	case r == 'ক' && next == 'ষ':
		k.sound('k')
		return hasant + n
	case r == 'জ' && next == 'ঞ':
		k.sound('g')
		return hasant + n
	case next == 'য' && !startsWith(rest[n:], signNukta):
		if isConsonant(r) {
			k.sounds(soundsOf(r))
		}
		if initial && !isVowelSign(rest[n:]) {
			k.sound('e')
		}
		return hasant + n
	case next == 'ব' && r != 'ম' && r != 'র' && r != 'ল' && r != 'ব':
		k.sounds(soundsOf(r))
		return hasant + n
	}
	k.sounds(soundsOf(r))
	return hasant
}

func startsWith(s string, r rune) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return first == r
}

func isVowelSign(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r >= signAa && r <= signAu
}

func isConsonant(r rune) bool { return r >= 'ক' && r <= 'হ' }
