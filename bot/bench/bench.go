package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"nagorik/handoff/handofftest/redisserver"
	"nagorik/handoff/postgres"
	"nagorik/migrations"
)

// Options say what to measure.
type Options struct {
	Seconds  int       // of the measurement at half of the top rate; the others are shorter in proportion
	Contacts int       // stored before the load begins
	Messages int       // stored before the load begins
	Program  string    // the service's program; empty: this one
	Out      io.Writer // where to say what is being done
	Seed     uint64    // of what citizens say
}

// The other measurements' parts of Options.Seconds.
const (
	yardstickPart = 2
	warmPart      = 10
	topPart       = 4
	lonePart      = 10
	memoryPart    = 5 // after which the memory is first looked at: 1 of 5 minutes
)

// Bounds of the search for the top rate.
const (
	verifyTries = 8
	verifyStep  = 0.94                   // the next rate to try, of the one that was too much
	verifyMost  = 500 * time.Millisecond // 99 of 100 replies came within it: the server keeps up
)

// Figures are what a run has measured.
type Figures struct {
	Yardstick    float64 // pgbench's transactions per second
	Top          float64 // turns per second the server keeps up with
	TopP99       time.Duration
	Half         float64 // the rate of the measurement that follows
	P50, P99     time.Duration
	LoneP50      time.Duration
	LoneP99      time.Duration
	Memory       int64 // resident bytes of the server after a fifth of the time at half rate
	MemoryAtEnd  int64 // and at its end
	Turns, Cases int
	Refused      int64 // webhooks that were not answered 200
}

// Ratio is turns per transaction of the yardstick.
func (f *Figures) Ratio() float64 {
	if f.Yardstick == 0 {
		return 0
	}
	return f.Top / f.Yardstick
}

// Line is the figures for programs (contract.md).
func (f *Figures) Line() string {
	return fmt.Sprintf("turns_s=%.0f pgbench_tps=%.0f ratio=%.2f p50_ms=%.2f p99_ms=%.2f rss_mb=%.1f",
		f.Top, f.Yardstick, f.Ratio(), millis(f.P50), millis(f.P99), megabytes(f.MemoryAtEnd))
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func megabytes(n int64) float64      { return float64(n) / (1 << 20) }

// Run starts everything, measures and stops it all again, also when ctx ends.
// Its errors are one line: what is not installed, a server that does not
// start, a message that had no reply.
func Run(ctx context.Context, opt Options) (f *Figures, err error) {
	if opt.Seconds < 1 || opt.Contacts < 0 || opt.Messages < 0 || opt.Messages > 0 && opt.Contacts == 0 {
		return nil, errors.New("bench: at least one second; messages need contacts")
	}
	b := &bench{opt: opt, run: strconv.FormatInt(time.Now().UnixNano(), 36)}
	defer func() { err = errors.Join(err, b.stop()) }()
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	return b.measure(ctx)
}

// bench is what runs while a measurement lasts.
type bench struct {
	opt   Options
	run   string // begins the ids of this run
	stops []func() error

	yardstick *yardstick
	server    *server
	crowd     *crowd
	load      *load
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.opt.Out, format+"\n", args...) }

// stop ends what was started, last first.
func (b *bench) stop() error {
	var errs []error
	for i := len(b.stops) - 1; i >= 0; i-- {
		errs = append(errs, b.stops[i]())
	}
	return errors.Join(errs...)
}

// start brings up the stores, fills them and starts the server.
func (b *bench) start(ctx context.Context) error {
	cluster, err := postgres.Throwaway(ctx, nil)
	if err != nil {
		return err
	}
	b.stops = append(b.stops, func() error { return cluster.Stop(context.Background()) })
	cache, err := redisserver.Start(ctx)
	if err != nil {
		return err
	}
	b.stops = append(b.stops, func() error { return cache.Stop(context.Background()) })
	b.say("PostgreSQL %s, Redis, the server and the load share this machine", cluster.Release().Version)
	if _, _, err := migrations.Up(ctx, cluster.DSN()); err != nil {
		return err
	}
	if err := fill(ctx, cluster.DSN(), b.opt.Contacts, b.opt.Messages, b.opt.Out); err != nil {
		return err
	}
	if b.yardstick, err = newYardstick(ctx, cluster, b.opt.Contacts); err != nil {
		return err
	}
	return b.serve(ctx, cluster.DSN(), cache.URL())
}

// serve starts the server between its sink and its load.
func (b *bench) serve(ctx context.Context, database, redis string) error {
	b.crowd = newCrowd(b.opt.Contacts, b.opt.Seed)
	graph, err := newSink(b.run, b.crowd.reply)
	if err != nil {
		return err
	}
	b.stops = append(b.stops, graph.close)
	program := b.opt.Program
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
	}
	if b.server, err = startServer(ctx, program, database, redis, graph.url()); err != nil {
		return err
	}
	b.stops = append(b.stops, b.server.stop)
	b.load = newLoad(b.server.addr, b.run, b.crowd)
	b.stops = append(b.stops, func() error { b.load.close(); return nil })
	return nil
}

// part is a share of the run's seconds.
func (b *bench) part(share int) time.Duration {
	return max(time.Duration(b.opt.Seconds)*time.Second/time.Duration(share), 300*time.Millisecond)
}
