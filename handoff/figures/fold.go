package figures

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// AtOnce is how many rows of figure_changes one folding takes at most. Each
// names the conversations of one batch of turns; whoever writes several times
// within one folding is counted once.
const AtOnce = 10000

// keeping is the key of the advisory lock under which facts and figures are
// written: two foldings at a time would each add the same difference.
const keeping = 0x6e666967 // "nfig"

// Fold takes changes off the list and counts what they name anew, in one
// transaction: whoever is stopped half-way has done nothing. It returns how
// many rows of the list it took, at most AtOnce; 0 when there is nothing left,
// or when another process is at it.
func Fold(ctx context.Context, pool *pgxpool.Pool) (int, error) {
	n := 0
	err := alone(ctx, pool, func(tx pgx.Tx) (err error) {
		var everything bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM figure_changes WHERE everything)`).Scan(&everything); err != nil {
			return err
		}
		if everything {
			n = 1
			return rebuild(ctx, tx)
		}
		n, err = foldSome(ctx, tx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("fold figures: %w", err)
	}
	return n, nil
}

// alone runs in a transaction that holds the lock, or does nothing when another
// one holds it.
func alone(ctx context.Context, pool *pgxpool.Pool, work func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var mine bool
		// Compiling these statements takes longer than running them.
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1) FROM (SELECT set_config('jit', 'off', true)) AS planned`, int64(keeping)).Scan(&mine); err != nil || !mine {
			return err
		}
		return work(tx)
	})
}

// foldSome counts anew what the oldest changes name. Rows are read after the
// changes were taken: what changes from then on is on the list again.
func foldSome(ctx context.Context, tx pgx.Tx) (int, error) {
	rows, err := tx.Query(ctx, `DELETE FROM figure_changes WHERE id IN (SELECT id FROM figure_changes ORDER BY id LIMIT $1) RETURNING cases, talks`, AtOnce)
	if err != nil {
		return 0, err
	}
	n, p := 0, Pending{}
	var cases []int64
	var talks []uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&cases, &talks}, func() error {
		n++
		p.Cases, p.Talks = append(p.Cases, cases...), append(p.Talks, talks...)
		return nil
	}); err != nil {
		return 0, err
	}
	if len(p.Cases) > 0 {
		_, err = tx.Exec(ctx, recount(Cases()), distinct(p.Cases))
	}
	if err == nil && len(p.Talks) > 0 {
		_, err = tx.Exec(ctx, recount(Talks()), distinct(p.Talks))
	}
	return n, err
}

// distinct leaves out what is in a list already.
func distinct[T comparable](list []T) []T {
	seen, short := make(map[T]struct{}, len(list)), make([]T, 0, len(list))
	for _, x := range list {
		if _, known := seen[x]; !known {
			seen[x] = struct{}{}
			short = append(short, x)
		}
	}
	return short
}

// recount is one statement: the facts of $1, a list of keys, are replaced by
// what the rows say, and the figures by so much changed.
func recount(s Subject) string {
	return `WITH fresh AS MATERIALIZED (` + s.Rows + ` WHERE c.` + s.Key + ` = ANY($1::` + s.Array + `)),
	old AS MATERIALIZED (SELECT ` + s.Columns + ` FROM ` + s.Table + ` WHERE ` + s.Key + ` = ANY($1::` + s.Array + `)),
	kept AS (INSERT INTO ` + s.Table + ` AS f (` + s.Columns + `) SELECT ` + s.Columns + ` FROM fresh
		ON CONFLICT (` + s.Key + `) DO UPDATE SET (` + s.Columns + `) = ROW(` + excluded(s.Columns) + `) WHERE (f.*) IS DISTINCT FROM (excluded.*)),
	gone AS (DELETE FROM ` + s.Table + ` WHERE ` + s.Key + ` IN (SELECT ` + s.Key + ` FROM old EXCEPT SELECT ` + s.Key + ` FROM fresh)),
	seen_now AS MATERIALIZED (` + s.seen("fresh", counted) + `), seen_before AS MATERIALIZED (` + s.seen("old", counted) + `),
	now (scopes, ` + LineColumns + `) AS (` + linesOf(s, "seen_now") + `),
	before (scopes, ` + LineColumns + `) AS (` + linesOf(s, "seen_before") + `),
	lines AS (SELECT * FROM now UNION ALL SELECT scopes, what, day, ward, flow, kind, channel, team, key, -n, -total FROM before)
	` + addUp()
}

func excluded(columns string) string {
	return "excluded." + strings.ReplaceAll(columns, ", ", ", excluded.")
}

// spread makes of every line those of its day and of its month, of all wards and,
// where wards are told apart, of its own, for each part of the record that it is
// seen in.
func spread() string {
	return `SELECT scope, what, monthly, CASE WHEN told THEN ward ELSE -1 END AS ward, CASE WHEN monthly THEN date_trunc('month', day::timestamp)::date ELSE day END AS day,
			flow, kind, channel, team, key, n, total
		FROM (SELECT scopes, what, day, ward, flow, kind, channel, team, key, sum(n) AS n, sum(total) AS total FROM lines GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) AS sums
		CROSS JOIN LATERAL unnest(scopes) AS u (scope)
		CROSS JOIN (VALUES (false), (true)) AS spans (monthly) CROSS JOIN (VALUES (false), (true)) AS wards (told)
		WHERE NOT told OR what IN (` + withWards() + `)`
}

// addUp adds lines to their figures, in one order, so that two never wait for
// each other in a circle.
func addUp() string {
	return `INSERT INTO figures AS f (scope, what, monthly, ward, day, flow, kind, channel, team, key, n, total)
		SELECT scope, what, monthly, ward, day, flow, kind, channel, team, key, sum(n), sum(total) FROM (` + spread() + `) AS s
		GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(n) <> 0 OR sum(total) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
		ON CONFLICT (scope, what, monthly, ward, day, flow, kind, channel, team, key) DO UPDATE SET n = f.n + excluded.n, total = f.total + excluded.total`
}

// rebuild takes all facts anew and adds them up: a record that comes from
// before there were figures, or that was filled by other ways than turns. What
// agents see of it comes later, by CountScopes.
func rebuild(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{`DELETE FROM figure_changes`, `DELETE FROM figures`, `UPDATE figure_scopes SET counted = false WHERE counted`} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	for _, s := range []Subject{Cases(), Talks()} {
		for _, sql := range []string{
			`DELETE FROM ` + s.Table,
			`INSERT INTO ` + s.Table + ` (` + s.Columns + `) ` + s.Rows + ` ORDER BY ` + s.Opened,
			`ANALYZE ` + s.Table,
			addAll(s, whole),
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("count %s: %w", s.Table, err)
			}
		}
	}
	_, err := tx.Exec(ctx, `ANALYZE figures`)
	return err
}

// addAll is one statement that adds all facts to the figures of these parts of the
// record.
func addAll(s Subject, parts string) string {
	return `WITH seen AS MATERIALIZED (` + s.seen(s.Table, parts) + `), lines (scopes, ` + LineColumns + `) AS (` + linesOf(s, "seen") + `) ` + addUp()
}
