package bangla

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// UTF16Len counts s in UTF-16 units, as Messenger and SMS do. A bad byte counts one.
func UTF16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Graphemes cuts s where a reader sees a border, so that head has at most so many UTF-16 units; a Bangla conjunct is kept
// whole. head is empty only when s is, or most is under 1; a single cluster longer than that is cut between runes
// (a rune of two units is then taken whole even if most is 1).
func Graphemes(s string, most int) (head, rest string) {
	if len(s) <= most || UTF16Len(s) <= most {
		return s, ""
	}
	if most < 1 {
		return "", s
	}
	end, units, state, border := 0, 0, -1, 0
	for at := s; at != ""; {
		var cluster string
		cluster, at, _, state = uniseg.FirstGraphemeClusterInString(at, state)
		units += UTF16Len(cluster)
		if units > most {
			break
		}
		end += len(cluster)
		if !joinsOn(cluster, at) {
			border = end
		}
	}
	if border == 0 {
		border = runeBorder(s, most)
	}
	return s[:border], s[border:]
}

// joinsOn tells whether a cluster ending in a hasant forms a conjunct with the Bangla letter after it.
func joinsOn(cluster, after string) bool {
	cluster = strings.TrimRight(cluster, "\u200D")
	if !strings.HasSuffix(cluster, string(signHasant)) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(after)
	return r >= 0x0985 && r <= 0x09B9 || r == 'ৰ' || r == 'ৱ'
}

// runeBorder is the byte offset after the runes of s that fit in so many units, at least one.
func runeBorder(s string, most int) int {
	units := 0
	for i, r := range s {
		units++
		if r > 0xFFFF {
			units++
		}
		if units > most && i > 0 {
			return i
		}
	}
	return len(s)
}
