package handoff

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// Bounds of codes that go to the telephone in a register's row.
const (
	codesPerRow = 3                // in codesWithin, whoever asked for them
	proofLasts  = 30 * time.Minute // that a row is told to who gave its code
)

// RegisterColumn is a column of a register, as it was chosen when it was
// uploaded. What it says is in the record, at the version.
type RegisterColumn struct {
	Title string          `json:"title"` // as it stands in the file
	Name  string          `json:"name"`  // {row.name}; key and phone are those of the row; empty: it is left out
	Type  flows.FieldType `json:"type"`
	Open  bool            `json:"open,omitempty"` // told without proof too
}

// rowAsk is one row that a turn asks for.
type rowAsk struct {
	ask int // index of the ask
	at  flows.RowKey
}

// rowsByKey reads the rows of a whole batch. The row is found by its primary
// key; whether the person may hear it, and may be sent a code, is asked for
// rows that demand proof alone.
const rowsByKey = `SELECT w.n, v.id IS NOT NULL, COALESCE(v.proof, false), x.phone, x.fields, COALESCE(v.columns::text, '[]'),
		COALESCE(v.proof AND x.phone <> '' AND (
			EXISTS (SELECT 1 FROM identities i WHERE i.channel = 'sms' AND i.address = x.phone AND i.contact_id = w.contact)
			OR EXISTS (SELECT 1 FROM phone_codes p WHERE p.identity_id = w.identity AND p.at > $7 AND p.phone = x.phone AND p.register = w.register AND p.register_key = w.key AND p.proved_at > $5)), false),
		COALESCE(v.proof AND x.phone <> ''
			AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.channel = 'sms' AND i.address = x.phone AND i.muted)
			AND (SELECT count(*) FROM phone_codes p WHERE p.phone = x.phone AND p.at > $7) < $6
			AND (SELECT count(*) FROM phone_codes p WHERE p.contact_id = w.contact AND p.at > $7) < $8
			AND (SELECT count(*) FROM phone_codes p WHERE p.register <> '' AND p.register = w.register AND p.register_key = w.key AND p.at > $7) < $9, false)
	FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) WITH ORDINALITY AS w(register, key, contact, identity, n)
	LEFT JOIN registers r ON r.name = w.register
	LEFT JOIN register_versions v ON v.id = r.in_force
	LEFT JOIN LATERAL (SELECT phone, fields FROM register_rows x WHERE x.version_id = r.in_force AND x.key = w.key LIMIT 1) x ON true`

// queueRows looks up the rows of registers, all in one query.
func (l *lookUp) queueRows(q *pgx.Batch, rows []rowAsk) {
	if len(rows) == 0 {
		return
	}
	registers, keys := make([]string, len(rows)), make([]string, len(rows))
	contacts, identities := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		registers[i], keys[i] = r.at.Register, r.at.Key
		contacts[i], identities[i] = l.asks[r.ask].Contact, l.asks[r.ask].Identity
		if l.found[r.ask].Registers == nil {
			l.found[r.ask].Registers = map[flows.RowKey]*flows.RegisterFound{}
		}
	}
	q.Queue(rowsByKey, registers, keys, contacts, identities, l.now.Add(-proofLasts), codesPerPhone, l.now.Add(-codesWithin), codesPerContact, codesPerRow).
		Query(func(read pgx.Rows) error {
			var n int64
			var found flows.RegisterFound
			var phone *string
			var fields []string
			var columns string
			_, err := pgx.ForEachRow(read, []any{&n, &found.Loaded, &found.Proof, &phone, &fields, &columns, &found.Proven, &found.Open}, func() error {
				row := found
				row.Found, row.Phone = phone != nil, orZero(phone)
				row.Open = row.Open && len(l.codes.key) > 0
				var err error
				if row.Found {
					row.Fields, err = rowFields(columns, fields)
				}
				at := rows[n-1]
				l.found[at.ask].Registers[at.at] = &row
				return err
			})
			return err
		})
}

// rowFields gives the values of a row their names.
func rowFields(columns string, values []string) (map[string]flows.RowField, error) {
	var list []RegisterColumn
	if err := json.Unmarshal([]byte(columns), &list); err != nil {
		return nil, fmt.Errorf("read the columns of a register: %w", err)
	}
	fields := make(map[string]flows.RowField, len(list))
	for i, c := range list {
		if c.Name != "" && i < len(values) {
			fields[c.Name] = flows.RowField{Type: c.Type, Text: values[i], Open: c.Open}
		}
	}
	return fields, nil
}
