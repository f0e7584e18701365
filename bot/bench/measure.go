package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// measure does one measurement after the other and prints the table.
func (b *bench) measure(ctx context.Context) (*Figures, error) {
	f := &Figures{}
	for _, step := range []struct {
		name string
		do   func(context.Context, *Figures) error
	}{
		{"the yardstick: pgbench", b.measureYardstick},
		{"warming up", b.warm},
		{"the top rate", b.measureTop},
		{"half of the top rate", b.measureHalf},
		{"one message at a time", b.measureLone},
	} {
		b.say("measuring %s …", step.name)
		if err := step.do(ctx, f); err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, b.explain(err))
		}
	}
	f.Cases, f.Refused = b.crowd.filed(), b.load.refused.Load()
	return f, f.table(b.opt)
}

// explain adds what the server said last to an error of a measurement.
func (b *bench) explain(err error) error {
	if said := b.server.log.String(); said != "" && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w\nthe server said:\n%s", err, said)
	}
	return err
}

func (b *bench) measureYardstick(ctx context.Context, f *Figures) (err error) {
	f.Yardstick, err = b.yardstick.run(ctx, b.part(yardstickPart))
	return err
}

// warm lets caches fill and the runtime grow; it is not measured.
func (b *bench) warm(ctx context.Context, f *Figures) error {
	r, err := b.load.saturate(ctx, saturating, b.part(warmPart))
	f.Turns += r.sent
	return err
}

// measureTop finds what the server does when it is never without work, and
// then the highest steady rate near it that it keeps up with.
func (b *bench) measureTop(ctx context.Context, f *Figures) error {
	r, err := b.load.saturate(ctx, saturating, b.part(topPart))
	f.Turns += r.sent
	if err != nil {
		return err
	}
	rate := r.rate()
	b.say("  with %d messages on their way at all times: %.0f turns/s", saturating, rate)
	for range verifyTries {
		r, err := b.load.open(ctx, rate, b.part(topPart))
		f.Turns += r.sent
		if err != nil {
			return err
		}
		p99 := r.quantile(0.99)
		b.say("  at a steady %.0f: %.0f turns/s, p99 %.1f ms", rate, r.rate(), millis(p99))
		if p99 <= verifyMost {
			f.Top, f.TopP99 = min(rate, r.rate()), p99
			return nil
		}
		rate *= verifyStep
	}
	return errors.New("the server keeps up with no steady rate near its top")
}

// measureHalf is the long measurement; the memory is looked at on the way.
func (b *bench) measureHalf(ctx context.Context, f *Figures) error {
	f.Half = f.Top / 2
	r, err := b.load.open(ctx, f.Half, b.part(memoryPart))
	f.Turns += r.sent
	if err != nil {
		return err
	}
	if f.Memory, err = b.server.resident(); err != nil {
		return err
	}
	r, err = b.load.open(ctx, f.Half, b.part(1)-b.part(memoryPart))
	f.Turns += r.sent
	if err != nil {
		return err
	}
	f.P50, f.P99 = r.quantile(0.5), r.quantile(0.99)
	f.MemoryAtEnd, err = b.server.resident()
	return err
}

func (b *bench) measureLone(ctx context.Context, f *Figures) error {
	r, err := b.load.lone(ctx, b.part(lonePart))
	f.Turns += r.sent
	f.LoneP50, f.LoneP99 = r.quantile(0.5), r.quantile(0.99)
	return err
}

// table prints the figures for people.
func (f *Figures) table(opt Options) error {
	w := tabwriter.NewWriter(opt.Out, 0, 0, 2, ' ', 0)
	first := time.Duration(opt.Seconds) * time.Second / memoryPart
	for _, row := range [][2]string{
		{"stored before", fmt.Sprintf("%d contacts, %d messages", opt.Contacts, opt.Messages)},
		{"yardstick (pgbench -M prepared -c 16 -j 2)", fmt.Sprintf("%.0f transactions/s", f.Yardstick)},
		{"top rate, open loop", fmt.Sprintf("%.0f turns/s (p99 %.1f ms)", f.Top, millis(f.TopP99))},
		{"ratio", fmt.Sprintf("%.2f", f.Ratio())},
		{fmt.Sprintf("latency at %.0f turns/s", f.Half), fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", millis(f.P50), millis(f.P99))},
		{"latency of a lone message", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", millis(f.LoneP50), millis(f.LoneP99))},
		{fmt.Sprintf("resident memory after %s, %ds", first, opt.Seconds), fmt.Sprintf("%.1f MB, %.1f MB (×%.2f)", megabytes(f.Memory), megabytes(f.MemoryAtEnd), float64(f.MemoryAtEnd)/float64(f.Memory))},
		{"turns, cases filed, webhooks refused", fmt.Sprintf("%d, %d, %d", f.Turns, f.Cases, f.Refused)},
	} {
		if _, err := io.WriteString(w, row[0]+"\t"+row[1]+"\n"); err != nil {
			return fmt.Errorf("print the table: %w", err)
		}
	}
	return w.Flush()
}
