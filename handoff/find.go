package handoff

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
)

// How people are found among very many. What was typed gives ways to find
// them. A common name fills a page from the newest glancedMost people. Where it
// does not, each way names at most candidatesMost people, by its index and in
// no order. When that was all of them, the newest that the viewer may see are
// picked. When there are more, people are read the newest first until a page is
// full. Which of these is quick cannot be left to the planner, who does not know
// how many people a part of a name has.
const (
	glancedMost    = 1500
	candidatesMost = 2000
	pickedAtOnce   = 200
)

// way is one way to find people: as a query for their ids, and as a condition
// on one of them; both have the same values.
type way struct {
	ids  string
	of   string
	vars []any
	own  bool // it looks at nothing but the contact
}

// onContact is a way by what stands with the contact itself.
func onContact(condition string, vars ...any) way {
	return way{"SELECT id FROM contacts WHERE " + condition, condition, vars, true}
}

// byRow is a way by rows of another table that belong to contacts. OFFSET 0
// keeps the condition one on a single person.
func byRow(table, condition string, vars ...any) way {
	return way{
		"SELECT contact_id FROM " + table + " WHERE " + condition,
		"EXISTS (SELECT 1 FROM " + table + " WHERE " + table + ".contact_id = contacts.id AND " + condition + " OFFSET 0)", vars, false,
	}
}

// waysTo are the ways to the people whom q means: by their mail address, by a
// number or by their name.
func waysTo(q string) []way {
	switch {
	case strings.Contains(q, "@"):
		return []way{onContact("email <> '' AND lower(email) LIKE ?", contains(strings.ToLower(q)))}
	case isNumber(q):
		ways := append(phoneWays(q), givenWays(q)...)
		if number, err := strconv.ParseInt(onlyDigits(q), 10, 64); err == nil {
			ways = append(ways, byRow("cases", "number = ?", number))
		}
		return ways
	default:
		return append(nameWays(q), givenWays(q)...)
	}
}

// phoneWays find people by a phone number or a part of one: their own, or the
// address they write from.
func phoneWays(q string) []way {
	if phone, ok := bangla.Phone(q); ok {
		return []way{onContact("phone = ? AND phone <> ''", phone), byRow("identities", "address = ? AND address LIKE '+%'", phone)}
	}
	digits := strings.TrimLeft(onlyDigits(q), "0")
	if len(digits) < minPhoneDigits {
		return nil
	}
	part := contains(digits)
	return []way{onContact("phone <> '' AND phone LIKE ?", part), byRow("identities", "address LIKE '+%' AND address LIKE ?", part)}
}

// nameWays find people all of whose words are in the name, by letters or by
// sound. With a word or a sound of one or two letters a word of the name must
// begin.
func nameWays(q string) []way {
	var all []string
	var vars []any
	words := strings.Fields(bangla.Fold(q))
	for _, w := range words[:min(len(words), maxQueryWords)] {
		patterns := []string{contains(w)}
		short := len([]rune(w)) < minNamePart && !strings.ContainsFunc(w, notLetter)
		if short {
			patterns = []string{contains(" " + w), beginsWith(w)}
		}
		if sound := soundOf(w); len(sound) >= minNamePart {
			patterns = append(patterns, contains(sound))
		} else if len(sound) > 1 || short && sound != "" {
			patterns = append(patterns, contains(" "+sound), beginsWith(sound))
		}
		var ors []string
		for _, p := range patterns {
			ors, vars = append(ors, "name_folded LIKE ?"), append(vars, p)
		}
		all = append(all, "("+strings.Join(ors, " OR ")+")")
	}
	if len(all) == 0 {
		return nil
	}
	return []way{onContact(strings.Join(all, " AND "), vars...)}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }

// byWays narrows a query over contacts to those whom the ways find.
func byWays(db *gorm.DB, ways []way) *gorm.DB {
	if len(ways) == 0 {
		return db.Where("FALSE")
	}
	var ids []string
	var vars []any
	for _, w := range ways {
		ids, vars = append(ids, w.ids), append(vars, w.vars...)
	}
	return db.Where("contacts.id IN ("+strings.Join(ids, " UNION ")+")", vars...)
}

// planned does something in a transaction that reads and in which the planner
// leaves ways of reading out that are slow here.
func (d *Desk) planned(ctx context.Context, without []string, do func(tx *gorm.DB) error) error {
	var set []string
	for _, name := range append(without, "jit") {
		set = append(set, "set_config('"+name+"', 'off', true)")
	}
	return d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT " + strings.Join(set, ", ")).Error; err != nil {
			return err
		}
		return do(tx)
	})
}

// candidates are the ids of those whom the ways find, the newest first; false
// when there are too many to name.
func (d *Desk) candidates(ctx context.Context, ways []way) (ids []uuid.UUID, whole bool, err error) {
	var parts []string
	var vars []any
	for _, w := range ways {
		parts = append(parts, "("+w.ids+" LIMIT "+strconv.Itoa(candidatesMost)+")")
		vars = append(vars, w.vars...)
	}
	err = d.planned(ctx, []string{"enable_seqscan"}, func(tx *gorm.DB) error {
		return tx.Raw(strings.Join(parts, " UNION ALL "), vars...).Scan(&ids).Error
	})
	if err != nil {
		return nil, false, fmt.Errorf("look for contacts: %w", err)
	}
	if len(ids) >= candidatesMost {
		return nil, false, nil
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(b[:], a[:]) })
	return slices.Compact(ids), true, nil
}

// pick reads the newest of the ids that come after the cursor and that the
// viewer may see, at most so many.
func (d *Desk) pick(ctx context.Context, v Viewer, ids []uuid.UUID, p PageOf, most int) ([]contactRow, error) {
	after, err := p.id()
	if err != nil {
		return nil, err
	}
	if after != uuid.Nil {
		at, _ := slices.BinarySearchFunc(ids, after, func(id, of uuid.UUID) int { return bytes.Compare(of[:], id[:]) })
		for at < len(ids) && bytes.Compare(ids[at][:], after[:]) >= 0 {
			at++
		}
		ids = ids[at:]
	}
	var rows []contactRow
	for len(ids) > 0 && len(rows) < most {
		part := ids[:min(len(ids), pickedAtOnce)]
		ids = ids[len(part):]
		var seen []contactRow
		err := v.contacts("contacts").apply(d.db.WithContext(ctx)).Where("contacts.id IN ?", part).Order("contacts.id DESC").Limit(most - len(rows)).Find(&seen).Error
		if err != nil {
			return nil, fmt.Errorf("list contacts: %w", err)
		}
		rows = append(rows, seen...)
	}
	return rows, nil
}

// condition is what holds for those whom the ways find.
func condition(ways []way) (sql string, vars []any) {
	var ors []string
	for _, w := range ways {
		ors, vars = append(ors, w.of), append(vars, w.vars...)
	}
	return "(" + strings.Join(ors, " OR ") + ")", vars
}

// glance looks through the newest people alone. Fewer than asked for says
// nothing.
func (d *Desk) glance(ctx context.Context, v Viewer, ways []way, p PageOf, most int) (rows []contactRow, err error) {
	if slices.ContainsFunc(ways, func(w way) bool { return !w.own }) {
		return nil, nil
	}
	newest, err := p.afterID(d.db.WithContext(ctx).Model(&contactRow{}), "contacts.id")
	if err != nil {
		return nil, err
	}
	sql, vars := condition(ways)
	db := d.db.WithContext(ctx).Table("(?) AS contacts", newest.Order("contacts.id DESC").Limit(glancedMost)).Where(sql, vars...)
	if err := v.contacts("contacts").apply(db).Order("contacts.id DESC").Limit(most).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return rows, nil
}

// walk reads people the newest first until there are enough.
func (d *Desk) walk(ctx context.Context, v Viewer, ways []way, p PageOf, most int) (rows []contactRow, err error) {
	sql, vars := condition(ways)
	err = d.planned(ctx, []string{"enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_hashjoin"}, func(tx *gorm.DB) error {
		db, err := p.afterID(v.contacts("contacts").apply(tx), "contacts.id")
		if err != nil {
			return err
		}
		return db.Where(sql, vars...).Order("contacts.id DESC").Limit(most).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return rows, nil
}
