package handoff

import (
	"strings"

	"nagorik/flows/bangla"
)

// minGivenNumber is how many letters and digits of a number somebody gave find
// people; fewer find too many.
const minGivenNumber = 3

// givenNumber is a remembered answer as givenWays compares it, as the index
// remembered_number has it.
const givenNumber = `translate(lower(value #>> '{}'), '০১২৩৪৫৬৭৮৯ -/.,#', '0123456789')`

// foldGiven is what was typed, folded like givenNumber.
func foldGiven(q string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/.,#", r) {
			return -1
		}
		return r
	}, strings.ToLower(bangla.Digits(q)))
}

// givenWays find people by the number of a holding or a licence that they gave
// earlier, whole or a part of it.
func givenWays(q string) []way {
	folded := foldGiven(q)
	if !strings.ContainsAny(folded, "0123456789") || len([]rune(folded)) < minGivenNumber {
		return nil
	}
	return []way{byRow("remembered", "type = 'text' AND "+givenNumber+" LIKE ?", contains(folded))}
}
