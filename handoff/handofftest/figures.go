package handofftest

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff/figures"
)

// Figures counts everything that waits to be counted, holds every day that has rows against them, and returns what is
// counted over the whole record: figures.Came, figures.Filed and so on. It fails the test where anything differs. The
// service may run meanwhile, as long as nobody writes to it.
func Figures(t testing.TB, pool *pgxpool.Pool) map[string]int64 {
	t.Helper()
	for counted := false; !counted; {
		_, err := figures.Fold(t.Context(), pool)
		check(t, err)
		counted = !exists(t, pool, `SELECT FROM figure_changes`)
	}
	rows, err := pool.Query(t.Context(), `SELECT DISTINCT (opened_at AT TIME ZONE interval '6 hours')::date FROM (SELECT opened_at FROM conversations UNION ALL SELECT opened_at FROM cases) o`)
	check(t, err)
	days, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	check(t, err)
	_, err = pool.Exec(t.Context(), `DELETE FROM figure_checks`)
	check(t, err)
	for _, day := range days {
		for looked := false; !looked; { // nothing is looked at while another process counts
			found, err := figures.Check(t.Context(), pool, day)
			check(t, err)
			for _, d := range found {
				t.Errorf("figures of %s: %d of %s are not what the rows say", d.Day.Format(time.DateOnly), d.N, d.What)
			}
			looked = exists(t, pool, `SELECT FROM figure_checks WHERE day = $1`, day)
		}
	}
	rows, err = pool.Query(t.Context(), `SELECT what, sum(n)::bigint FROM figures WHERE scope = 0 AND NOT monthly AND ward = $1 GROUP BY 1`, figures.AllWards)
	check(t, err)
	sums := map[string]int64{}
	var what string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
		sums[what] = n
		return nil
	})
	check(t, err)
	return sums
}

func exists(t testing.TB, pool *pgxpool.Pool, query string, args ...any) (found bool) {
	t.Helper()
	check(t, pool.QueryRow(t.Context(), `SELECT EXISTS (`+query+`)`, args...).Scan(&found))
	return found
}
