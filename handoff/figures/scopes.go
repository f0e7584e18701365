package figures

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// maxScopes bounds the parts of the record that have figures of their own, those
// of most agents first. Whoever sees another part waits a little longer.
const maxScopes = 100

// wantedScopes are the parts of the record that agents at work see.
func wantedScopes() string {
	return `SELECT teams, wards FROM (
		SELECT ` + inOrder("a.teams") + ` AS teams, ` + inOrder("a.wards") + ` AS wards FROM agents a WHERE a.role = 'agent' AND a.disabled_at IS NULL
	) AS seen WHERE teams <> '{}' OR wards <> '{}' GROUP BY teams, wards ORDER BY count(*) DESC, teams, wards LIMIT $1`
}

// CountScopes gives figures to the parts of the record that agents have come to
// see, and takes them away from those that nobody sees any more. It returns how
// many it counted.
func CountScopes(ctx context.Context, pool *pgxpool.Pool) (n int, err error) {
	err = alone(ctx, pool, func(tx pgx.Tx) error {
		if err := tendScopes(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM figure_scopes WHERE NOT counted AND NOT EXISTS (SELECT FROM figure_changes WHERE everything)`).Scan(&n); err != nil || n == 0 {
			return err
		}
		for _, s := range []Subject{Cases(), Talks()} {
			if _, err := tx.Exec(ctx, addAll(s, "(SELECT id, teams, wards FROM figure_scopes WHERE NOT counted)")); err != nil {
				return fmt.Errorf("count %s: %w", s.Table, err)
			}
		}
		_, err := tx.Exec(ctx, `UPDATE figure_scopes SET counted = true WHERE NOT counted`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count what agents see: %w", err)
	}
	return n, nil
}

// tendScopes lists what agents see, and nothing else.
func tendScopes(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `WITH wanted AS (`+wantedScopes()+`),
		gone AS (DELETE FROM figure_scopes s WHERE (s.teams, s.wards) NOT IN (SELECT w.teams, w.wards FROM wanted w) RETURNING s.id),
		theirs AS (DELETE FROM figures f USING gone g WHERE f.scope = g.id)
		INSERT INTO figure_scopes (teams, wards) SELECT w.teams, w.wards FROM wanted w WHERE (w.teams, w.wards) NOT IN (SELECT s.teams, s.wards FROM figure_scopes s)`, maxScopes)
	return err
}
