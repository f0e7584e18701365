package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/figures"
)

// foldFigures counts what has changed for the reports.
func (b *Bot) foldFigures(ctx context.Context) error {
	for range foldRounds {
		n, err := b.desk.FoldFigures(ctx)
		if err != nil || n < figures.AtOnce { // what came meanwhile is for the next round: under load there is always some
			return err
		}
	}
	return nil
}

// countScopes counts for the reports what agents have come to see.
func (b *Bot) countScopes(ctx context.Context) error {
	_, err := b.desk.CountScopes(ctx)
	return err
}

// checkFigures holds figures against rows and tells of what differed and was
// mended.
func (b *Bot) checkFigures(ctx context.Context) error {
	found, err := b.desk.CheckFigures(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	text := make([]string, len(found))
	for i, d := range found {
		b.metrics.Mended.WithLabelValues(d.What).Add(float64(d.N))
		b.log.Warn("figures of reports differed from the rows and were mended", "day", d.Day.Format(time.DateOnly), "what", d.What, "n", d.N)
		text[i] = fmt.Sprintf("%s %s %d", d.Day.Format(time.DateOnly), d.What, d.N)
	}
	return b.raise(ctx, handoff.AlarmFigures, figuresSubject, strings.Join(text, ", "))
}
