package handoff

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/figures"
)

// queueChanges appends what the batch changes of what is counted: one row for
// the whole batch.
func queueChanges(q *pgx.Batch, b *batch) {
	talks := make(ids, 0, len(b.live))
	cases := []int64{}
	for _, t := range b.each() {
		talks = append(talks, t.Now.Conversation)
		for i := range t.Cases {
			cases = append(cases, t.Cases[i].Number)
		}
	}
	if len(talks) == 0 {
		return
	}
	q.Queue(`INSERT INTO figure_changes (cases, talks) VALUES ($1, $2)`, cases, talks)
}

// FoldFigures counts anew what has changed, a part at a time, and returns how
// many changes it took off the list. Several processes may fold at once.
func (d *Desk) FoldFigures(ctx context.Context) (int, error) { return figures.Fold(ctx, d.pool) }

// CountScopes counts the parts of the record that agents have come to see, and
// returns how many.
func (d *Desk) CountScopes(ctx context.Context) (int, error) {
	return figures.CountScopes(ctx, d.pool)
}

// FiguresWaiting is what has changed and is not counted yet, for a viewer.
func (d *Desk) FiguresWaiting(ctx context.Context, v Viewer) (figures.Pending, error) {
	teams, wards := v.Part()
	return figures.Waiting(ctx, d.pool, teams, wards)
}

// CheckFigures holds the figures of some days against the rows, those that were
// not looked at for the longest time, and mends what differs. Called every
// hour it comes by every day within a week.
func (d *Desk) CheckFigures(ctx context.Context) ([]figures.Difference, error) {
	return figures.CheckSome(ctx, d.pool, d.day(d.now()), d.now().Add(-6*24*time.Hour))
}
