package figures

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// maxPending bounds how many changes a report takes into account one by one.
// With more of them, as after hours without folding, it reads rows.
const maxPending = 20_000

// Pending names what has changed since it was counted.
type Pending struct {
	Everything bool // nothing is counted: rows are to be read
	Cases      []int64
	Talks      []uuid.UUID
}

// Waiting returns what is on the list. Rows that are read after it was called
// are right with it: what was folded since is in facts and figures alike.
func Waiting(ctx context.Context, pool *pgxpool.Pool) (Pending, error) {
	var p Pending
	err := pool.QueryRow(ctx, `WITH listed AS MATERIALIZED (SELECT everything, cases, talks FROM figure_changes LIMIT $1)
		SELECT COALESCE((SELECT bool_or(everything) OR count(*) >= $1 FROM listed), false),
			ARRAY(SELECT DISTINCT u.number FROM listed, unnest(listed.cases) AS u(number)), ARRAY(SELECT DISTINCT u.id FROM listed, unnest(listed.talks) AS u(id))`,
		maxPending).Scan(&p.Everything, &p.Cases, &p.Talks)
	if err != nil {
		return Pending{}, fmt.Errorf("read what is not counted yet: %w", err)
	}
	return p, nil
}
