package registers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
)

// Choice is what a supervisor says of the columns of an uploaded file.
type Choice struct {
	Columns []handoff.RegisterColumn // along those of the version; one is the key, at most one the phone
	Proof   bool
}

// checked holds a choice against the rules. A FieldError names a column by its
// index, "column_3", or the whole, by a key of words.
func (c Choice) checked(titles []handoff.RegisterColumn) error {
	if len(c.Columns) != len(titles) {
		return invalid("columns", "columns")
	}
	seen := map[string]bool{}
	for i := range c.Columns {
		col := &c.Columns[i]
		col.Title = titles[i].Title
		field := fmt.Sprintf("column_%d", i)
		switch {
		case col.Name == "":
		case !ValidName(col.Name):
			return invalid(field, "field_name")
		case seen[col.Name]:
			return invalid(field, "field_twice")
		case !slices.Contains(flows.FieldTypes(), col.Type):
			return invalid(field, "field_type")
		}
		seen[col.Name] = true
	}
	switch {
	case !seen[flows.FieldKey]:
		return invalid("columns", "no_key_column")
	case c.Proof && !seen[flows.FieldPhone]:
		return invalid("proof", "no_phone_column")
	}
	return nil
}

// Load hands an uploaded version to whoever runs Work.
func (s *Store) Load(ctx context.Context, v handoff.Viewer, id uuid.UUID, c Choice) error {
	was, err := s.Version(ctx, id)
	if err != nil {
		return err
	}
	if was.Status != Uploaded {
		return fmt.Errorf("load a register: %w", handoff.ErrConflict)
	}
	if err := c.checked(was.Columns); err != nil {
		return err
	}
	raw, err := json.Marshal(c.Columns)
	if err != nil {
		return fmt.Errorf("keep the columns: %w", err)
	}
	tag, err := s.pool.Exec(ctx, `UPDATE register_versions SET status = 'asked', columns = $2, proof = $3, beat_at = $4 WHERE id = $1 AND status = 'uploaded'
		AND NOT EXISTS (SELECT 1 FROM register_versions b WHERE b.register_id = $5 AND b.status IN ('asked', 'loading'))`, id, raw, c.Proof, s.now(), was.Register)
	if err != nil {
		return fmt.Errorf("load a register: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("load a register: %w", handoff.ErrConflict)
	}
	select {
	case s.poke <- struct{}{}:
	default:
	}
	return nil
}

// Use puts a loaded version in force: one with faults, whose lines stay out, or
// an earlier one.
func (s *Store) Use(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return s.use(ctx, tx, v.AgentID, id)
	})
}

func (s *Store) use(ctx context.Context, tx pgx.Tx, by, id uuid.UUID) error {
	var name string
	var st stand
	err := tx.QueryRow(ctx, `UPDATE registers r SET in_force = v.id FROM register_versions v WHERE v.id = $1 AND v.register_id = r.id AND v.status = 'loaded'
		RETURNING r.name, v.number, v.file, v.rows, v.faults`, id).Scan(&name, &st.Version, &st.File, &st.Rows, &st.Faults)
	if err != nil {
		return fmt.Errorf("put a version in force: %w", missing(err))
	}
	return s.audit(ctx, tx, by, "register.use", name, st)
}

// Cancel stops a version that is not loaded yet.
func (s *Store) Cancel(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var name string
		var st stand
		err := tx.QueryRow(ctx, `UPDATE register_versions v SET status = 'cancelled', sample = NULL, done_at = $2 FROM registers r
			WHERE v.id = $1 AND r.id = v.register_id AND v.status IN ('uploaded', 'asked', 'loading') RETURNING r.name, v.number, v.file`, id, s.now()).Scan(&name, &st.Version, &st.File)
		if err != nil {
			return fmt.Errorf("cancel a version: %w", missing(err))
		}
		return s.audit(ctx, tx, v.AgentID, "register.cancel", name, st)
	})
	if err != nil {
		return err
	}
	return s.clear(ctx, id)
}

// Delete removes a register with all its versions. Flows then go on as if there
// had been none.
func (s *Store) Delete(ctx context.Context, v handoff.Viewer, register uuid.UUID) error {
	_, list, err := s.Versions(ctx, register)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var name string
		if _, err := tx.Exec(ctx, `DELETE FROM register_rows WHERE version_id IN (SELECT id FROM register_versions WHERE register_id = $1)`, register); err != nil {
			return fmt.Errorf("delete a register: %w", err)
		}
		if err := tx.QueryRow(ctx, `DELETE FROM registers WHERE id = $1 RETURNING name`, register).Scan(&name); err != nil {
			return fmt.Errorf("delete a register: %w", missing(err))
		}
		for _, version := range list {
			if err := s.drop(version.ID); err != nil {
				return fmt.Errorf("delete a register: %w", err)
			}
		}
		return s.audit(ctx, tx, v.AgentID, "register.delete", name, stand{Version: len(list)})
	})
}
