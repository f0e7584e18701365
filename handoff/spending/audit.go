package spending

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff/audit"
)

// audit adds a change to the log, in the transaction that makes it.
func (l *Ledger) audit(ctx context.Context, tx pgx.Tx, by uuid.UUID, what, subject string, before, after any) error {
	return audit.Add(ctx, tx, l.now(), by, what, subject, before, after)
}

// newID is an id that sorts by its time.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
