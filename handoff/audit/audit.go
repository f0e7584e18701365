// Package audit adds to the audit log what the stores beside the Desk change.
//
//	err := audit.Add(ctx, tx, now, by, "sms.budget", "", before, after)
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff/maybe"
)

// Add adds a change to the log, in the transaction that makes it. What was before and after is kept as JSON, nil as null;
// by is nobody for a change of the program's own.
func Add(ctx context.Context, tx pgx.Tx, at time.Time, by uuid.UUID, what, subject string, before, after any) error {
	var values [2][]byte
	for i, v := range []any{before, after} {
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("audit %s: %w", what, err)
		}
		if string(raw) != "null" {
			values[i] = raw
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_log (id, at, agent_id, what, subject, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		uuid.Must(uuid.NewV7()), at, maybe.Null(by), what, subject, values[0], values[1])
	if err != nil {
		return fmt.Errorf("audit %s: %w", what, err)
	}
	return nil
}
