package background

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// retriedMost is how many jobs of a kind Again tries at once.
const retriedMost = 100

// A Job is work that is given once, in the transaction that makes it
// necessary, and tried until it is done or its tries are used up.
type Job struct {
	kind string
	add  func(w *Work, to *river.Workers) error
}

// JobOf is the jobs whose arguments are a T. One may be done twice, when its
// process is killed before that is on record.
func JobOf[T river.JobArgs](do func(ctx context.Context, args T) error) Job {
	var zero T
	return Job{zero.Kind(), func(w *Work, to *river.Workers) error {
		return river.AddWorkerSafely(to, river.WorkFunc(func(ctx context.Context, job *river.Job[T]) error {
			within, cancel := context.WithTimeout(ctx, roundWithin)
			defer cancel()
			err := do(within, job.Args)
			if err != nil && ctx.Err() != nil {
				return river.JobSnooze(0) // the process stops
			}
			if err != nil {
				w.fault(zero.Kind(), err)
			}
			return err
		}))
	}}
}

// GiveUp marks an error after which a job is not tried again.
func GiveUp(err error) error { return river.JobCancel(err) }

// Give makes jobs in a transaction, each to be tried that often, with growing
// pauses.
func (w *Work) Give(ctx context.Context, tx pgx.Tx, tries int, jobs ...river.JobArgs) error {
	params := make([]river.InsertManyParams, len(jobs))
	for i, args := range jobs {
		params[i] = river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{MaxAttempts: tries}}
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := w.client.InsertManyFastTx(ctx, tx, params); err != nil {
		return fmt.Errorf("give background work: %w", err)
	}
	return nil
}

// retry tries jobs of a kind now that wait for another try or were given up.
func (w *Work) retry(ctx context.Context, kind string) error {
	rows, err := w.pool.Query(ctx, `SELECT id FROM river.river_job WHERE kind = $1 AND state IN ('retryable', 'discarded', 'cancelled') ORDER BY id DESC LIMIT $2`, kind, retriedMost)
	if err != nil {
		return fmt.Errorf("look for failed work: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look for failed work: %w", err)
	}
	for _, id := range ids {
		if _, err := w.client.JobRetry(ctx, id); err != nil {
			return fmt.Errorf("try background work again: %w", err)
		}
	}
	return nil
}
