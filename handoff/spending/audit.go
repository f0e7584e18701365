package spending

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// audit adds a change to the log, in the transaction that makes it.
func (l *Ledger) audit(ctx context.Context, tx pgx.Tx, by uuid.UUID, what, subject string, before, after any) error {
	values := make([][]byte, 2)
	for i, v := range []any{before, after} {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("audit %s: %w", what, err)
		}
		if string(raw) != "null" {
			values[i] = raw
		}
	}
	var agent *uuid.UUID
	if by != uuid.Nil {
		agent = &by
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_log (id, at, agent_id, what, subject, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		newID(), l.now(), agent, what, subject, values[0], values[1])
	if err != nil {
		return fmt.Errorf("audit %s: %w", what, err)
	}
	return nil
}

// newID is an id that sorts by its time.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
