package handoff

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/maybe"
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
const rowsByKey = `WITH reg AS MATERIALIZED (
		SELECT r.name, v.id, v.proof FROM registers r JOIN register_versions v ON v.id = r.in_force WHERE r.name = ANY($1::text[])
	), w AS MATERIALIZED (
		SELECT w.*, reg.id, reg.proof, x.phone, x.fields
		FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) WITH ORDINALITY AS w(register, key, contact, identity, n)
		JOIN reg ON reg.name = w.register
		LEFT JOIN LATERAL (SELECT phone, fields FROM register_rows x WHERE x.version_id = reg.id AND x.key = w.key LIMIT 1) x ON true
	)
	SELECT w.n, w.id, w.proof, w.phone, w.fields,
		w.proof AND w.phone <> '' AND (
			EXISTS (SELECT 1 FROM identities i WHERE i.channel = 'sms' AND i.address = w.phone AND i.contact_id = w.contact)
			OR EXISTS (SELECT 1 FROM phone_codes p WHERE p.register <> '' AND p.register = w.register AND p.register_key = w.key AND p.at > $7 AND p.identity_id = w.identity AND p.phone = w.phone AND p.proved_at > $5)),
		w.proof AND w.phone <> ''
			AND (SELECT count(*) FROM phone_codes p WHERE p.register <> '' AND p.register = w.register AND p.register_key = w.key AND p.at > $7) < $9
			AND (SELECT count(*) FROM phone_codes p WHERE p.phone = w.phone AND p.at > $7) < $6
			AND (SELECT count(*) FROM phone_codes p WHERE p.contact_id = w.contact AND p.at > $7) < $8
			AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.channel = 'sms' AND i.address = w.phone AND i.muted)
	FROM w`

// columnsOf reads the columns of what rowsByKey may have found.
const columnsOf = `SELECT v.id, v.columns::text FROM registers r JOIN register_versions v ON v.register_id = r.id WHERE r.name = ANY($1) AND v.status = 'loaded'`

// rowFound is a row without the names of its fields.
type rowFound struct {
	version       uuid.UUID
	phone         *string // nil: there is no such row
	fields        []string
	proof, proven *bool
	open          *bool
}

// queueRows looks up the rows of registers: one query for all rows, and one for
// the names of their fields, which is small.
func (l *lookUp) queueRows(q *pgx.Batch, asked []rowAsk) {
	if len(asked) == 0 {
		return
	}
	registers, keys := make([]string, len(asked)), make([]string, len(asked))
	contacts, identities := make([]uuid.UUID, len(asked)), make([]uuid.UUID, len(asked))
	for i, r := range asked {
		registers[i], keys[i] = r.at.Register, r.at.Key
		contacts[i], identities[i] = l.asks[r.ask].Contact, l.asks[r.ask].Identity
		if l.found[r.ask].Registers == nil {
			l.found[r.ask].Registers = map[flows.RowKey]*flows.RegisterFound{}
		}
		l.found[r.ask].Registers[r.at] = &flows.RegisterFound{}
	}
	rows := make([]rowFound, len(asked))
	q.Queue(rowsByKey, registers, keys, contacts, identities, l.now.Add(-proofLasts), codesPerPhone, l.now.Add(-codesWithin), codesPerContact, codesPerRow).
		Query(func(read pgx.Rows) error {
			var n int64
			var r rowFound
			_, err := pgx.ForEachRow(read, []any{&n, &r.version, &r.proof, &r.phone, &r.fields, &r.proven, &r.open}, func() error {
				rows[n-1] = r
				return nil
			})
			return err
		})
	names := slices.Compact(slices.Sorted(slices.Values(registers)))
	q.Queue(columnsOf, names).Query(func(read pgx.Rows) error {
		var id uuid.UUID
		var text string
		columns := map[uuid.UUID][]RegisterColumn{}
		_, err := pgx.ForEachRow(read, []any{&id, &text}, func() error {
			var list []RegisterColumn
			err := json.Unmarshal([]byte(text), &list)
			columns[id] = list
			return err
		})
		if err != nil {
			return fmt.Errorf("read the columns of a register: %w", err)
		}
		for i, r := range rows {
			if list, ok := columns[r.version]; ok {
				*l.found[asked[i].ask].Registers[asked[i].at] = r.shape(list, len(l.codes.key) > 0)
			}
		}
		return nil
	})
}

// shape gives the values of a row their names.
func (r rowFound) shape(columns []RegisterColumn, codes bool) flows.RegisterFound {
	found := flows.RegisterFound{Loaded: true, Proof: maybe.Zero(r.proof), Proven: maybe.Zero(r.proven), Open: codes && maybe.Zero(r.open)}
	if r.phone == nil {
		return found
	}
	found.Found, found.Phone, found.Fields = true, *r.phone, make(map[string]flows.RowField, len(columns))
	for i, c := range columns {
		if c.Name != "" && i < len(r.fields) {
			found.Fields[c.Name] = flows.RowField{Type: c.Type, Text: r.fields[i], Open: c.Open}
		}
	}
	return found
}
