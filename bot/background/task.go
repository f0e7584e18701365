package background

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// Bounds of a task's rounds.
const (
	roundWithin  = time.Minute // a task that names no time of its own
	mostWithin   = time.Hour
	pauseOnFault = time.Second // a failing database must not be asked in a circle of pokes
	unknownAfter = 5 * time.Second
)

// A Task is work that comes up again and again.
type Task struct {
	Name  string          // lower case letters and underscores, known to the console's texts
	Every time.Duration   // how often it looks for itself
	Poked <-chan struct{} // wakes it at once; may be nil
	// Here marks work on what only this process has: its senders, its disk. It
	// runs in every process and is no job.
	Here   bool
	Within time.Duration // a round's time; a minute when 0, an hour at most
	// Do is one round. It is not run twice at a time by one process.
	Do func(ctx context.Context) error
}

var taskName = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

func (t *Task) check() error {
	switch {
	case !taskName.MatchString(t.Name):
		return fmt.Errorf("task %q: a name is of lower case letters and underscores", t.Name)
	case t.Every <= 0:
		return fmt.Errorf("task %s: it says not how often it looks for itself", t.Name)
	case t.Within < 0 || t.Within > mostWithin:
		return fmt.Errorf("task %s: a round takes at most %v", t.Name, mostWithin)
	case t.Do == nil:
		return fmt.Errorf("task %s: it does nothing", t.Name)
	}
	return nil
}

// running is a task of this process.
type running struct {
	Task
	alone sync.Mutex
}

// round does one round in its time.
func (r *running) round(ctx context.Context) error {
	within := r.Within
	if within == 0 {
		within = roundWithin
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return r.Do(ctx)
}

// jobArgs say which task a job of River is a round of.
type jobArgs struct {
	Task string `json:"task"`
}

// Kind is River's name for these jobs.
func (jobArgs) Kind() string { return "task" }

// worker does the jobs.
type worker struct {
	river.WorkerDefaults[jobArgs]
	work *Work
}

// Timeout leaves the time to the task.
func (w *worker) Timeout(*river.Job[jobArgs]) time.Duration { return mostWithin + time.Minute }

// Work does a round. One that is under way in this process is enough; a task
// that this process does not know yet is left to a newer one; a round that was
// cut off because the process stops is done by the next.
func (w *worker) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	r := w.work.tasks[job.Args.Task]
	if r == nil {
		return river.JobSnooze(unknownAfter)
	}
	if !r.alone.TryLock() {
		return nil
	}
	defer r.alone.Unlock()
	err := r.round(ctx)
	if err != nil && ctx.Err() != nil {
		return river.JobSnooze(0)
	}
	if err != nil {
		w.work.fault(r.Name, err)
	}
	return err
}
