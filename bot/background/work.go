package background

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Bounds of the jobs of all processes.
const (
	schema     = "river"
	jobsAtOnce = 6                      // of one process
	lookEvery  = 500 * time.Millisecond // for jobs; polled, so that no connection is held for it
	keepDone   = 2 * time.Hour
	keepFailed = 24 * time.Hour
	stopWithin = 5 * time.Second
	// A job is a single try: what it did not do, the next one finds.
	triesOfJob = 1
	// A process that was killed leaves its job as running; it is given up after
	// this, which must be longer than any round.
	rescueAfter = mostWithin + 2*time.Minute
)

// ErrUnknown says that there is no such task, or that it is no job.
var ErrUnknown = errors.New("there is no such background work")

// Options are what Work need.
type Options struct {
	Pool  *pgxpool.Pool // over a migrated database
	Log   *slog.Logger
	Tasks []Task
	Jobs  []Job
	// Fault is told of every round that failed; may be nil.
	Fault func(task string)
}

// Work does the tasks of one process and its share of those of all.
type Work struct {
	pool   *pgxpool.Pool
	log    *slog.Logger
	client *river.Client[pgx.Tx]
	order  []string
	tasks  map[string]*running
	kinds  []string
	failed func(task string)
}

// New returns Work. Run sets them going. Its error names a task that is not
// whole.
func New(opt Options) (*Work, error) {
	w := &Work{pool: opt.Pool, log: opt.Log, tasks: map[string]*running{}, failed: opt.Fault}
	var periodic []*river.PeriodicJob
	for _, t := range opt.Tasks {
		if err := t.check(); err != nil {
			return nil, err
		}
		if w.tasks[t.Name] != nil {
			return nil, fmt.Errorf("task %s: it is there twice", t.Name)
		}
		w.order, w.tasks[t.Name] = append(w.order, t.Name), &running{Task: t}
		if !t.Here {
			periodic = append(periodic, periodicJob(t))
		}
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{work: w})
	for _, j := range opt.Jobs {
		if err := j.add(w, workers); err != nil {
			return nil, fmt.Errorf("job %s: %w", j.kind, err)
		}
		w.kinds = append(w.kinds, j.kind)
	}
	client, err := river.NewClient(riverpgxv5.New(opt.Pool), &river.Config{
		Schema: schema, PollOnly: true, FetchPollInterval: lookEvery, FetchCooldown: lookEvery / 5,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: jobsAtOnce}}, FetchOnlyKnownKinds: true,
		Workers: workers, PeriodicJobs: periodic, MaxAttempts: triesOfJob, RescueStuckJobsAfter: rescueAfter,
		CompletedJobRetentionPeriod: keepDone, DiscardedJobRetentionPeriod: keepFailed, CancelledJobRetentionPeriod: keepFailed,
		Logger: slog.New(quiet{opt.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the background work: %w", err)
	}
	w.client = client
	return w, nil
}

func periodicJob(t Task) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(t.Every), func() (river.JobArgs, *river.InsertOpts) {
		return jobArgs{Task: t.Name}, nil
	}, &river.PeriodicJobOpts{ID: t.Name})
}

// Names lists the tasks of all processes and the kinds of jobs.
func (w *Work) Names() []string {
	var names []string
	for _, name := range w.order {
		if !w.tasks[name].Here {
			names = append(names, name)
		}
	}
	return append(names, w.kinds...)
}

// Run does the work until the context ends. Every task is run once at the
// start: what an earlier process has left is found then.
func (w *Work) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, name := range w.order {
		r := w.tasks[name]
		all.Go(func() { w.attend(ctx, r) })
	}
	w.runClient(ctx)
	all.Wait()
}

// runClient takes part in the jobs as soon as the database lets it.
func (w *Work) runClient(ctx context.Context) {
	for {
		err := w.client.Start(ctx)
		if err == nil {
			break
		}
		if ctx.Err() == nil {
			w.log.Warn("the background work of all processes cannot begin yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pauseOnFault):
		}
	}
	<-ctx.Done()
	// The client stops by itself when its context ends; it is waited for, so
	// that it can say what became of its jobs.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := w.client.StopAndCancel(stopping); err != nil {
		w.log.Warn("background work was cut off", "error", err)
	}
}

// attend runs a task at the start, when it is poked and, when it is this
// process's own, every so often.
func (w *Work) attend(ctx context.Context, r *running) {
	var tick <-chan time.Time
	if r.Here {
		ticker := time.NewTicker(r.Every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		w.now(ctx, r)
		select {
		case <-ctx.Done():
			return
		case <-tick:
		case <-r.Poked:
		}
	}
}

// now does a round in this process. One that failed is asked for as a job, so
// that it can be seen and is not forgotten.
func (w *Work) now(ctx context.Context, r *running) {
	r.alone.Lock()
	err := r.round(ctx)
	r.alone.Unlock()
	if err == nil || ctx.Err() != nil {
		return
	}
	w.fault(r.Name, err)
	select {
	case <-ctx.Done():
		return
	case <-time.After(pauseOnFault):
	}
	if !r.Here {
		if err := w.Again(ctx, r.Name); err != nil && ctx.Err() == nil {
			w.log.Debug("a failed round was not put on record", "work", r.Name, "error", err)
		}
	}
}

func (w *Work) fault(task string, err error) {
	w.log.Warn("background work failed and will be tried again", "work", task, "error", err)
	if w.failed != nil {
		w.failed(task)
	}
}

// Again asks for a round of a task now, in whichever process is free, or for
// another try of the jobs of a kind. ErrUnknown when there is no such work.
func (w *Work) Again(ctx context.Context, task string) error {
	if slices.Contains(w.kinds, task) {
		return w.retry(ctx, task)
	}
	r := w.tasks[task]
	if r == nil || r.Here {
		return fmt.Errorf("%w: %q", ErrUnknown, task)
	}
	if _, err := w.client.Insert(ctx, jobArgs{Task: task}, nil); err != nil {
		return fmt.Errorf("ask for background work: %w", err)
	}
	return nil
}

// quiet passes River's own lines on as details: what matters of them is said
// by us, once.
type quiet struct{ slog.Handler }

// Enabled asks for details.
func (q quiet) Enabled(ctx context.Context, _ slog.Level) bool {
	return q.Handler.Enabled(ctx, slog.LevelDebug)
}

// Handle lowers a line to a detail.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelDebug
	return q.Handler.Handle(ctx, r)
}

// WithAttrs keeps lines quiet.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup keeps lines quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
