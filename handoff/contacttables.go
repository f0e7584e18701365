package handoff

import (
	"fmt"

	"gorm.io/gorm"
)

// maxContactTables bounds how many tables tell of a contact.
const maxContactTables = 50

// contactTable is a table whose rows are a contact's, by contact_id, and how
// to tell by which address of the contact a row came.
type contactTable struct {
	Name   string `gorm:"column:name"`
	Key    string `gorm:"column:key"`    // its one key column
	By     string `gorm:"column:by"`     // identity_id, conversation_id or case_number; empty: no address
	Around bool   `gorm:"column:around"` // the contact is part of the key, or the key has several columns
}

// contactTablesSQL lists them out of the schema itself, so that a table added
// later is not forgotten. Those by which others are told come first.
const contactTablesSQL = `SELECT c.table_name AS name, min(k.column_name) AS key, count(k.column_name) <> 1 OR bool_or(k.column_name = 'contact_id') AS around,
		COALESCE((SELECT o.column_name FROM information_schema.columns o WHERE o.table_schema = c.table_schema AND o.table_name = c.table_name
			AND o.column_name IN ('identity_id', 'conversation_id', 'case_number')
			ORDER BY array_position(ARRAY['identity_id', 'conversation_id', 'case_number'], o.column_name::text) LIMIT 1), '') AS by
	FROM information_schema.columns c
	JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
	LEFT JOIN information_schema.table_constraints p ON p.table_schema = c.table_schema AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY'
	LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = p.constraint_schema AND k.constraint_name = p.constraint_name AND k.table_name = p.table_name
	WHERE c.table_schema = current_schema() AND c.column_name = 'contact_id'
	GROUP BY c.table_schema, c.table_name
	ORDER BY array_position(ARRAY['identities', 'conversations', 'cases'], c.table_name::text) NULLS LAST, c.table_name LIMIT ?`

// contactTables are the tables with a contact_id, but for what is remembered,
// which is joined answer by answer. A table whose rows cannot be told apart by
// one key is an error: it needs a rule of its own.
func contactTables(tx *gorm.DB) ([]contactTable, error) {
	var all, tables []contactTable
	if err := tx.Raw(contactTablesSQL, maxContactTables).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("list the tables of contacts: %w", err)
	}
	for _, t := range all {
		switch {
		case t.Name == rememberedRow{}.TableName():
		case t.Around:
			return nil, fmt.Errorf("table %s has a contact_id and no key of one column beside it: say in handoff/merge.go how its rows are joined", t.Name)
		default:
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// move gives all rows of a contact to another and returns their keys.
func (t contactTable) move(tx *gorm.DB, from, to any) (keys []string, err error) {
	err = tx.Raw(fmt.Sprintf(`UPDATE %q SET contact_id = ? WHERE contact_id = ? RETURNING %q::text`, t.Name, t.Key), to, from).Scan(&keys).Error
	if err != nil {
		return nil, fmt.Errorf("move rows of %s: %w", t.Name, err)
	}
	return keys, nil
}

// noticesOf are the notices that have come since a merge to somebody who
// follows a case, or reported it, and would have come without the merge too. One
// that both wait for is its reporter's, and else stays. It reads the cases and who
// follows them as they are given back already, as the order of contactTablesSQL
// has it.
const noticesOf = `id > @merge AND (
		case_number IN (SELECT k.number FROM cases k WHERE k.contact_id = @to)
		OR case_number IN (` + toldOf + `@to) AND case_number NOT IN (` + toldOf + `@from))`

// toldOf are the cases of which a contact is told, up to its id: its own and
// those that it joined, and the ones that these are duplicates of.
const toldOf = `SELECT unnest(ARRAY[k.number, COALESCE(k.duplicate_of, k.number)]) FROM cases k
		LEFT JOIN case_followers f ON f.case_number = k.number CROSS JOIN LATERAL (VALUES (k.contact_id), (f.contact_id)) w (who) WHERE w.who = `

// giveBack gives back the rows that were moved, and those that have come since
// by the addresses of who gets them.
func (t contactTable) giveBack(tx *gorm.DB, m *mergeRow, moved []string) error {
	came := "FALSE"
	switch {
	case t.Name == noticeRow{}.TableName():
		came = noticesOf
	case t.By == "identity_id":
		came = "identity_id IN (SELECT i.id FROM identities i WHERE i.contact_id = @to)"
	case t.By == "conversation_id":
		came = "conversation_id IN (SELECT v.id FROM conversations v WHERE v.contact_id = @to)"
	case t.By == "case_number":
		came = "case_number IN (SELECT k.number FROM cases k WHERE k.contact_id = @to)"
	}
	err := tx.Exec(fmt.Sprintf(`UPDATE %q SET contact_id = @to WHERE contact_id = @from AND (%q::text IN @moved OR %s)`, t.Name, t.Key, came),
		map[string]any{"to": m.GoneID, "from": m.ContactID, "merge": m.ID, "moved": append([]string{""}, moved...)}).Error
	if err != nil {
		return fmt.Errorf("give back rows of %s: %w", t.Name, err)
	}
	return nil
}
