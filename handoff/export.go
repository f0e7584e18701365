package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// ExportContact reads all that is kept about a contact, as it stands at one
// moment, and hands it over row by row with the name of its table; rows of a
// table follow each other, the oldest first. The audit log keeps that it was
// done. Its error is ErrNotFound for a contact the viewer does not see.
func (d *Desk) ExportContact(ctx context.Context, v Viewer, id uuid.UUID, take func(table string, row json.RawMessage) error) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if _, err := first[contactRow](v.contacts("contacts").apply(tx).Where("contacts.id = ?", id), "contact"); err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "contact.export", id.String(), nil, nil)
	})
	if err == nil {
		err = pgx.BeginTxFunc(ctx, d.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
			for _, p := range personalTables() {
				if err := d.exportTable(ctx, tx, p, id, take); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("export contact %s: %w", id, err)
	}
	return nil
}

func (d *Desk) exportTable(ctx context.Context, tx pgx.Tx, p personal, id uuid.UUID, take func(string, json.RawMessage) error) error {
	others := "false"
	if p.Others != "" {
		others = p.Others
	}
	rows, err := tx.Query(ctx, `SELECT row FROM (SELECT to_jsonb(t) - CAST(@hidden AS text[]) - CASE WHEN `+others+` THEN ARRAY['phone'] ELSE '{}' END AS row FROM `+p.Table+` t WHERE `+p.Of+`) x
		ORDER BY COALESCE(row->>'at', row->>'opened_at', row->>'created_at')`, pgx.NamedArgs{"contact": id, "hidden": strings.Split(p.Hide, ",")})
	if err != nil {
		return fmt.Errorf("%s: %w", p.Table, err)
	}
	var row json.RawMessage
	if _, err := pgx.ForEachRow(rows, []any{&row}, func() error {
		if p.Sealed == "" {
			return take(p.Table, row)
		}
		opened, err := d.openSealed(p.Sealed, row)
		if err != nil {
			return err
		}
		return take(p.Table, opened)
	}); err != nil {
		return fmt.Errorf("%s: %w", p.Table, err)
	}
	return nil
}

// openSealed opens a row's sealed column, with identity numbers masked. What
// was sealed under another key stays as it lies.
func (d *Desk) openSealed(column string, row json.RawMessage) (json.RawMessage, error) {
	var columns map[string]json.RawMessage
	if err := json.Unmarshal(row, &columns); err != nil {
		return nil, err
	}
	var kept string
	if err := json.Unmarshal(columns[column], &kept); err != nil {
		return nil, err
	}
	event, err := d.events.open(nil, kept)
	if err != nil {
		return row, nil //nolint:nilerr // nobody can read it
	}
	if columns[column], err = json.Marshal(maskEvent(event)); err != nil {
		return nil, err
	}
	return json.Marshal(columns)
}

// ContactPhotos lists the photos that a contact has sent and that are kept. Its
// error is ErrNotFound for a contact the viewer does not see.
func (d *Desk) ContactPhotos(ctx context.Context, v Viewer, id uuid.UUID) ([]Photo, error) {
	db := d.db.WithContext(ctx)
	if _, err := first[contactRow](v.contacts("contacts").apply(db).Where("contacts.id = ?", id), "contact"); err != nil {
		return nil, err
	}
	var rows []photoRow
	err := db.Where("conversation_id IN (SELECT id FROM conversations WHERE contact_id = ?) AND status = 'kept'", id).Order("at, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read photos of contact %s: %w", id, err)
	}
	list := make([]Photo, len(rows))
	for i, r := range rows {
		list[i] = d.photoOf(r)
	}
	return list, nil
}
