package intent

import (
	"nagorik/flows/bangla"
)

// Bounds of what is looked at.
const (
	maxWords = 60 // words of a message
	maxWord  = 60 // bytes of a word
	maxKey   = 24 // letters of a word's key
)

// Pieces of words that are looked at, in letters of the key with a mark at either end.
const (
	shortPiece = 3
	longPiece  = 5
)

// How much a feature of each kind says, before anything is learnt.
const (
	wordWeight     = 1.0
	pairWeight     = 0.45
	skeletonWeight = 0.7
	pieceWeight    = 0.5
)

// feature is one thing seen in a message.
type feature struct {
	hash   uint64
	weight float32
	word   uint8 // which word of the message it comes from
}

// kinds of features keep their hashes apart.
const (
	kindWord     = 'w'
	kindPair     = 'p'
	kindSkeleton = 's'
	kindPiece    = 'n'
)

// leastJoined is the shortest word that is looked for in two that were written apart: shorter ones come about by chance.
const leastJoined = 6

// oftenJoined is in how many examples such a word must stand.
const oftenJoined = 2

// features adds what a folded message shows to dst. A speller, where there is one, reads misspelt words, and those that
// were written as two.
func features(dst []feature, folded string, spell *speller) []feature {
	var last uint64
	before := ""
	n := 0
	for rest := folded; n < maxWords; {
		var word string
		if word, rest = bangla.NextWord(rest); word == "" {
			break
		}
		if len(word) > maxWord {
			continue
		}
		key := bangla.Latin(word)
		if key != "" {
			dst, last = wordFeatures(dst, key, last, uint8(n), spell) //nolint:gosec // below maxWords
		}
		if spell != nil {
			if spell.joins(before, key) {
				dst, _ = wordFeatures(dst, before+key, 0, uint8(n), nil) //nolint:gosec // below maxWords
			}
			before = key
		}
		n++
	}
	return dst
}

// wordFeatures adds those of the word with a key, given the hash of the word before, and returns the word's own.
func wordFeatures(dst []feature, key string, before uint64, at uint8, spell *speller) ([]feature, uint64) {
	if isNumber(key) {
		own := hash(kindWord, numberShape(key))
		return append(dst, feature{own, skeletonWeight, at}), own
	}
	key = key[:min(len(key), maxKey)]
	stem := stemOf(key)
	if spell != nil {
		if known, ok := spell.near(stem); ok {
			stem = known
		}
	}
	own := hash(kindWord, stem)
	dst = append(dst, feature{own, wordWeight, at})
	if before != 0 {
		dst = append(dst, feature{mix(before, own), pairWeight, at})
	}
	var room [maxKey]byte
	if s := skeleton(room[:0], stem); len(s) > 1 {
		dst = append(dst, feature{hash(kindSkeleton, string(s)), skeletonWeight, at})
	}
	return pieces(dst, key, at), own
}

func isNumber(key string) bool { return key[0] >= '0' && key[0] <= '9' }

// stemOf is the key of a word without its ending, no longer than is looked at.
func stemOf(key string) string { return bangla.Stem(key[:min(len(key), maxKey)]) }

// pieces adds the stretches of a word's key.
func pieces(dst []feature, key string, at uint8) []feature {
	var room [maxKey + 2]byte
	b := append(append(append(room[:0], '^'), key...), '$')
	for i := range b {
		h := start(kindPiece)
		for j := i; j < len(b) && j-i < longPiece; j++ {
			h = step(h, b[j])
			if j-i+1 >= shortPiece && j-i+1 < len(b) {
				dst = append(dst, feature{h, pieceWeight, at})
			}
		}
	}
	return dst
}

// skeleton is a key's consonants, with those that dialects and typing swap as one.
func skeleton(dst []byte, key string) []byte {
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'h', ' ':
			continue
		case 'c':
			c = 's'
		case 'v':
			c = 'b'
		case 'f':
			c = 'p'
		}
		if n := len(dst); n == 0 || dst[n-1] != c {
			dst = append(dst, c)
		}
	}
	return dst
}

// numberShape stands for any number of the same size: a choice or a ward, an amount, a case, a telephone.
func numberShape(digits string) string {
	switch n := len(digits); {
	case n <= 2:
		return "0"
	case n <= 4:
		return "000"
	case n <= 6:
		return "00000"
	default:
		return "0000000"
	}
}

// The hash is FNV-1a of 64 bits.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func start(kind byte) uint64 { return step(fnvOffset, kind) }

func step(h uint64, c byte) uint64 { return (h ^ uint64(c)) * fnvPrime }

func hash(kind byte, s string) uint64 {
	h := start(kind)
	for i := 0; i < len(s); i++ {
		h = step(h, s[i])
	}
	return h
}

// mix is the hash of a pair of words.
func mix(a, b uint64) uint64 { return step((a*fnvPrime)^b, kindPair) }
