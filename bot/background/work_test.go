package background_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/bot/background"
	"nagorik/handoff/handofftest"
)

const (
	patience = 30 * time.Second
	glance   = 20 * time.Millisecond
)

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func pool(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	p, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// run sets a process's work going until the test ends or it is stopped.
func run(t *testing.T, p *pgxpool.Pool, tasks ...background.Task) (w *background.Work, stop func()) {
	t.Helper()
	w, err := background.New(background.Options{Pool: p, Log: quietLog(), Tasks: tasks})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return w, stop
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(glance) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited %s in vain for %s", patience, what)
}

func standing(t *testing.T, w *background.Work, task string) background.Standing {
	t.Helper()
	list, err := w.Standings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Task == task {
			return s
		}
	}
	t.Fatalf("no %s among %v", task, list)
	return background.Standing{}
}

func TestATaskRunsAtTheStartWhenPokedAndNowAndThen(t *testing.T) {
	p := pool(t, handofftest.DSN(t))
	var seldom, often, here atomic.Int64
	poked := make(chan struct{}, 1)
	count := func(n *atomic.Int64) func(context.Context) error {
		return func(context.Context) error { n.Add(1); return nil }
	}
	w, _ := run(t, p,
		background.Task{Name: "seldom", Every: time.Hour, Poked: poked, Do: count(&seldom)},
		background.Task{Name: "often", Every: time.Second, Do: count(&often)},
		background.Task{Name: "here", Every: 10 * time.Millisecond, Here: true, Do: count(&here)})
	eventually(t, "all at the start", func() bool { return seldom.Load() == 1 && often.Load() >= 1 })
	poked <- struct{}{}
	eventually(t, "a round by a poke", func() bool { return seldom.Load() == 2 })
	eventually(t, "rounds by the clock", func() bool { return often.Load() >= 3 && here.Load() >= 3 })
	eventually(t, "a job that is done", func() bool { return !standing(t, w, "often").Done.IsZero() })
	if s := standing(t, w, "seldom"); s.Failed != 0 || s.Failing || !s.Done.IsZero() {
		t.Errorf("seldom: %+v", s)
	}
	list, err := w.Standings(t.Context())
	if err != nil || len(list) != 2 || list[0].Task != "seldom" || list[1].Every != time.Second {
		t.Errorf("standings: %+v, %v", list, err)
	}
}

func TestAFaultIsKeptAndTriedAgain(t *testing.T) {
	p := pool(t, handofftest.DSN(t))
	var broken atomic.Bool
	broken.Store(true)
	w, _ := run(t, p, background.Task{Name: "mend", Every: time.Hour, Do: func(context.Context) error {
		if broken.Load() {
			return errors.New("the mail server does not answer")
		}
		return nil
	}})
	eventually(t, "the fault", func() bool { return standing(t, w, "mend").Failing })
	if s := standing(t, w, "mend"); s.Failed == 0 || !strings.Contains(s.Fault, "mail server") || s.FaultAt.IsZero() {
		t.Errorf("while it fails: %+v", s)
	}
	broken.Store(false)
	if err := w.Again(t.Context(), "mend"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the fault", func() bool { s := standing(t, w, "mend"); return !s.Failing && !s.Done.IsZero() })
	if s := standing(t, w, "mend"); s.Failed == 0 {
		t.Errorf("afterwards the day's faults are forgotten: %+v", s)
	}
	for _, name := range []string{"nothing", ""} {
		if err := w.Again(t.Context(), name); !errors.Is(err, background.ErrUnknown) {
			t.Errorf("Again(%q) = %v", name, err)
		}
	}
}

// A process that is cut off in the middle leaves nothing that holds others up,
// and its stopping is no fault of the work.
func TestAnotherProcessGoesOn(t *testing.T) {
	dsn := handofftest.DSN(t)
	p := pool(t, dsn)
	began := make(chan struct{}, 10)
	_, stop := run(t, p, background.Task{Name: "long", Every: time.Second, Do: func(ctx context.Context) error {
		began <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}})
	<-began
	// As a process leaves it that is killed.
	if _, err := p.Exec(t.Context(), `INSERT INTO river.river_job (state, attempt, max_attempts, attempted_at, args, attempted_by, kind)
		VALUES ('running', 1, 1, now(), '{"task": "long"}', '{gone}', 'task')`); err != nil {
		t.Fatal(err)
	}
	stop()
	var rounds atomic.Int64
	w, _ := run(t, p, background.Task{Name: "long", Every: time.Second, Do: func(context.Context) error { rounds.Add(1); return nil }})
	eventually(t, "rounds of the other process", func() bool { return rounds.Load() > 2 })
	if s := standing(t, w, "long"); s.Failed != 0 || s.Running == 0 {
		t.Errorf("afterwards: %+v", s)
	}
}

// A task is not run twice at a time by one process, poked or not.
func TestOneRoundAtATime(t *testing.T) {
	p := pool(t, handofftest.DSN(t))
	poked := make(chan struct{}, 1)
	var inside, rounds atomic.Int64
	run(t, p, background.Task{Name: "alone", Every: time.Second, Poked: poked, Do: func(context.Context) error {
		if inside.Add(1) != 1 {
			t.Error("two rounds at a time")
		}
		runtime.Gosched()
		inside.Add(-1)
		rounds.Add(1)
		return nil
	}})
	eventually(t, "many rounds", func() bool {
		select {
		case poked <- struct{}{}:
		default:
		}
		return rounds.Load() > 50
	})
}

func TestATaskThatIsNotWholeIsRefused(t *testing.T) {
	p := pool(t, handofftest.DSN(t))
	do := func(context.Context) error { return nil }
	for name, tasks := range map[string][]background.Task{
		"name":   {{Name: "Fold counters", Every: time.Second, Do: do}},
		"every":  {{Name: "fold", Do: do}},
		"do":     {{Name: "fold", Every: time.Second}},
		"within": {{Name: "fold", Every: time.Second, Within: 2 * time.Hour, Do: do}},
		"twice":  {{Name: "fold", Every: time.Second, Do: do}, {Name: "fold", Every: time.Second, Do: do}},
	} {
		if _, err := background.New(background.Options{Pool: p, Log: quietLog(), Tasks: tasks}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
