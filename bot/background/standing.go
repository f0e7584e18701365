package background

import (
	"context"
	"fmt"
	"time"
)

// Standing is how a task fares, or a kind of job.
type Standing struct {
	Task    string
	Every   time.Duration // 0: a kind of job, done when it is given
	Waiting int           // jobs that have not begun, or are to be tried again
	Running int           // under way now, in any process
	Done    time.Time     // end of the last round that did what it should; zero when it is longer ago than is kept
	Failed  int           // rounds, or jobs that were given up, of the last day
	Fault   string        // of the last one that failed
	FaultAt time.Time
	// Failing says that the last round of all was one that failed.
	Failing bool
}

// standings reads what became of the jobs, a row for each task and kind that
// has any.
const standings = `
SELECT COALESCE(args->>'task', kind),
       count(*) FILTER (WHERE state IN ('available', 'scheduled', 'retryable', 'pending')),
       count(*) FILTER (WHERE state = 'running'),
       max(finalized_at) FILTER (WHERE state = 'completed'),
       count(*) FILTER (WHERE state IN ('discarded', 'cancelled') AND finalized_at > now() - interval '1 day'),
       max(attempted_at) FILTER (WHERE state IN ('discarded', 'cancelled', 'retryable') AND errors IS NOT NULL),
       COALESCE((array_agg(errors[array_upper(errors, 1)]->>'error' ORDER BY attempted_at DESC)
           FILTER (WHERE state IN ('discarded', 'cancelled', 'retryable') AND errors IS NOT NULL))[1], '')
FROM river.river_job GROUP BY 1`

// Standings says how every task of all processes and every kind of job fares,
// in the order they were given. Work of this process alone is not among them.
func (w *Work) Standings(ctx context.Context) ([]Standing, error) {
	rows, err := w.pool.Query(ctx, standings)
	if err != nil {
		return nil, fmt.Errorf("read the background work: %w", err)
	}
	defer rows.Close()
	found := map[string]Standing{}
	for rows.Next() {
		var s Standing
		var done, faultAt *time.Time
		if err := rows.Scan(&s.Task, &s.Waiting, &s.Running, &done, &s.Failed, &faultAt, &s.Fault); err != nil {
			return nil, fmt.Errorf("read the background work: %w", err)
		}
		if done != nil {
			s.Done = *done
		}
		if faultAt != nil {
			s.FaultAt, s.Failing = *faultAt, faultAt.After(s.Done)
		}
		found[s.Task] = s
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the background work: %w", err)
	}
	var list []Standing
	for _, name := range w.order {
		if r := w.tasks[name]; !r.Here {
			s := found[name]
			s.Task, s.Every = name, r.Every
			list = append(list, s)
		}
	}
	for _, kind := range w.kinds {
		s := found[kind]
		s.Task = kind
		list = append(list, s)
	}
	return list, nil
}
