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
	Scope      int  // the part of the record that the viewer sees; Uncounted when it has no figures
	Cases      []int64
	Talks      []uuid.UUID
}

// Uncounted stands for a part of the record that has no figures.
const Uncounted = -1

// Waiting returns what is on the list, and the part of the record that has these
// departments and wards; without any it is all of it. Rows that are read after it
// was called are right with it: what was folded since is in facts and figures
// alike.
func Waiting(ctx context.Context, pool *pgxpool.Pool, teams []string, wards []int) (Pending, error) {
	var p Pending
	err := pool.QueryRow(ctx, `WITH listed AS MATERIALIZED (SELECT everything, cases, talks FROM figure_changes LIMIT $1)
		SELECT COALESCE((SELECT bool_or(everything) OR count(*) >= $1 FROM listed), false),
			CASE WHEN cardinality($2::text[]) + cardinality($3::integer[]) = 0 THEN 0 ELSE COALESCE((SELECT s.id FROM figure_scopes s WHERE s.counted AND s.teams = `+inOrder("$2::text[]")+` AND s.wards = `+inOrder("$3::integer[]")+`), $4) END,
			ARRAY(SELECT DISTINCT u.number FROM listed, unnest(listed.cases) AS u(number)), ARRAY(SELECT DISTINCT u.id FROM listed, unnest(listed.talks) AS u(id))`,
		maxPending, append([]string{}, teams...), append([]int{}, wards...), Uncounted).Scan(&p.Everything, &p.Scope, &p.Cases, &p.Talks)
	if err != nil {
		return Pending{}, fmt.Errorf("read what is not counted yet: %w", err)
	}
	return p, nil
}

// inOrder is a list as figure_scopes keeps it.
func inOrder(list string) string {
	return `ARRAY(SELECT DISTINCT x FROM unnest(` + list + `) AS x ORDER BY x)`
}
