package handoff

import (
	"strings"

	"gorm.io/gorm"

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

// givenWays are the queries that find people by the number of a holding or a
// licence that they gave earlier, whole or a part of it.
func givenWays(q string) (ways []string, vars []any) {
	folded := foldGiven(q)
	if !strings.ContainsAny(folded, "0123456789") || len([]rune(folded)) < minGivenNumber {
		return nil, nil
	}
	return []string{"SELECT contact_id FROM remembered WHERE type = 'text' AND " + givenNumber + " LIKE ?"}, []any{contains(folded)}
}

// byNameOrGiven finds people by their name, or by a number with letters in it
// that they gave earlier.
func byNameOrGiven(db *gorm.DB, q string) *gorm.DB {
	ways, vars := givenWays(q)
	if len(ways) == 0 {
		return byName(db, q)
	}
	fresh := db.Session(&gorm.Session{NewDB: true})
	return db.Where(fresh.Where(byName(fresh, q)).Or("contacts.id IN ("+ways[0]+")", vars...))
}
