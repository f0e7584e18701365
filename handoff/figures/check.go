package figures

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// roundsAWeek is how often CheckSome is called in a week, once an hour.
const roundsAWeek = 7 * 24

// A Difference is what Check found wrong on a day, and has mended.
type Difference struct {
	Day  time.Time
	What string // case_facts or talk_facts: rows; figures or months: lines
	N    int    // how many differed
}

// CheckSome checks so many days that all are come by in a week, those first
// that were looked at the longest time ago, but none that was after since.
func CheckSome(ctx context.Context, pool *pgxpool.Pool, today, since time.Time) ([]Difference, error) {
	rows, err := pool.Query(ctx, `WITH days AS (
			SELECT g::date AS day FROM generate_series(COALESCE((SELECT (opened_at AT TIME ZONE interval '6 hours')::date FROM conversations ORDER BY id LIMIT 1), $1::date)::timestamp, $1::date::timestamp, interval '1 day') g
		) SELECT d.day FROM days d LEFT JOIN figure_checks k ON k.day = d.day WHERE k.at IS NULL OR k.at < $2
		ORDER BY k.at NULLS FIRST, d.day DESC LIMIT (SELECT count(*) / $3 + 1 FROM days)`, today, since, roundsAWeek)
	if err != nil {
		return nil, fmt.Errorf("choose days to check: %w", err)
	}
	days, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fmt.Errorf("choose days to check: %w", err)
	}
	var all []Difference
	for _, day := range days {
		found, err := Check(ctx, pool, day)
		if err != nil {
			return all, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// Check holds the facts of a day against the rows and the figures of the day
// and its month against the facts, and mends what differs. What waits to be
// counted is no difference. It does nothing while another process writes
// figures, or before there are any.
func Check(ctx context.Context, pool *pgxpool.Pool, day time.Time) (found []Difference, err error) {
	err = alone(ctx, pool, func(tx pgx.Tx) error {
		var everything bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM figure_changes WHERE everything)`).Scan(&everything); err != nil || everything {
			return err
		}
		for _, c := range checks() {
			var n int
			if err := tx.QueryRow(ctx, c.sql, day).Scan(&n); err != nil {
				return fmt.Errorf("%s: %w", c.what, err)
			}
			if n > 0 {
				found = append(found, Difference{Day: day, What: c.what, N: n})
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO figure_checks (day, at) VALUES ($1, now()) ON CONFLICT (day) DO UPDATE SET at = excluded.at`, day)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check the figures of %s: %w", day.Format(time.DateOnly), err)
	}
	return found, nil
}

// check is a statement that mends what differs on day $1 and returns how much
// did.
type check struct{ what, sql string }

// checks are in the order in which one level is made of the other. Facts come
// last: what differs in them is put on the list, and its figures go with it
// when it is counted anew.
func checks() []check {
	return []check{{"figures", figuresOfDay()}, {"months", monthOfDay()}, {Cases().Table, factsOfDay(Cases())}, {Talks().Table, factsOfDay(Talks())}}
}

// factsOfDay compares facts with rows. Facts whose row has come to another day
// are found by their key.
func factsOfDay(s Subject) string {
	return `WITH fresh AS MATERIALIZED (` + s.Rows + ` WHERE ` + s.Opened + ` >= $1::date::timestamp AT TIME ZONE interval '6 hours' AND ` + s.Opened + ` < ($1::date + 1)::timestamp AT TIME ZONE interval '6 hours'),
	kept AS MATERIALIZED (SELECT ` + s.Columns + ` FROM ` + s.Table + ` WHERE day = $1),
	waiting AS MATERIALIZED (SELECT DISTINCT u.key FROM figure_changes, unnest(` + s.Changed + `) AS u(key)),
	differ AS (SELECT DISTINCT ` + s.Key + ` AS key FROM (
		(TABLE fresh EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE fresh)
	) d WHERE ` + s.Key + ` NOT IN (SELECT key FROM waiting)),
	listed AS (INSERT INTO figure_changes (` + s.Changed + `) SELECT array_agg(key) FROM differ HAVING count(*) > 0)
	SELECT count(*) FROM differ`
}

// figuresOfDay compares the figures of a day with its facts.
func figuresOfDay() string {
	seen := func(s Subject) string { return s.seen("(SELECT * FROM "+s.Table+" WHERE day = $1)", counted) }
	return `WITH seen_cases AS MATERIALIZED (` + seen(Cases()) + `), seen_talks AS MATERIALIZED (` + seen(Talks()) + `),
	lines (scopes, ` + LineColumns + `) AS (` + linesOf(Cases(), "seen_cases") + ` UNION ALL ` + linesOf(Talks(), "seen_talks") + `),
	fresh AS (SELECT ` + figureKeys + `, sum(n) AS n, sum(total) AS total FROM (` + spread() + `) AS s WHERE NOT monthly GROUP BY ` + figureKeys + `),
	` + compared("NOT monthly AND day = $1", "false, $1::date")
}

// monthOfDay compares the figures of a month with those of its days.
func monthOfDay() string {
	const first = `date_trunc('month', $1::date::timestamp)::date`
	return `WITH fresh AS (
		SELECT ` + figureKeys + `, sum(n) AS n, sum(total) AS total FROM figures
		WHERE NOT monthly AND day BETWEEN ` + first + ` AND (date_trunc('month', $1::date::timestamp) + interval '1 month - 1 day')::date GROUP BY ` + figureKeys + `
	), ` + compared("monthly AND day = "+first, "true, "+first)
}

// figureKeys are the columns of figures of one span that tell them apart.
const figureKeys = "scope, what, ward, flow, kind, channel, team, key"

// compared puts fresh in the place of the figures of a span where they are not
// the same, and takes out those that are nothing.
func compared(span, of string) string {
	return `kept AS (SELECT ` + figureKeys + `, n, total FROM figures WHERE ` + span + `),
	differ AS (
		SELECT ` + figureKeys + `, COALESCE(f.n, 0) AS n, COALESCE(f.total, 0) AS total,
			(COALESCE(f.n, 0), COALESCE(f.total, 0)) <> (COALESCE(k.n, 0), COALESCE(k.total, 0)) AS wrong
		FROM kept k FULL JOIN fresh f USING (` + figureKeys + `)
		WHERE (COALESCE(f.n, 0), COALESCE(f.total, 0)) <> (COALESCE(k.n, 0), COALESCE(k.total, 0)) OR f.n IS NULL
	),
	gone AS (DELETE FROM figures g USING differ d WHERE ` + span + ` AND d.n = 0 AND d.total = 0
		AND (g.scope, g.what, g.ward, g.flow, g.kind, g.channel, g.team, g.key) = (d.scope, d.what, d.ward, d.flow, d.kind, d.channel, d.team, d.key)),
	put AS (INSERT INTO figures AS g (` + figureKeys + `, monthly, day, n, total)
		SELECT ` + figureKeys + `, ` + of + `, n, total FROM differ WHERE n <> 0 OR total <> 0
		ON CONFLICT (scope, what, monthly, ward, day, flow, kind, channel, team, key) DO UPDATE SET n = excluded.n, total = excluded.total)
	SELECT count(*) FILTER (WHERE wrong) FROM differ`
}
