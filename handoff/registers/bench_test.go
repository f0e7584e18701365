package registers

import (
	"bufio"
	"fmt"
	"os"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// BenchmarkMillionRows loads a register of 1,000,000 holdings and measures what
// its look-up adds to a batch of 64 turns that look up what they remember:
//
//	go test -run '^$' -bench MillionRows -benchtime 1x ./handoff/registers
func BenchmarkMillionRows(b *testing.B) {
	const rows, turns, rounds = 1_000_000, 64, 300
	o := newOffice(b)
	path := writeHoldings(b, rows)
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		v, err := o.Upload(b.Context(), o.boss, "holdings", "holdings.csv", f)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if v = o.load(v); v.Rows != rows || !v.InForce {
			b.Fatalf("loaded %d rows, %s, %d faults", v.Rows, v.Status, v.Faults)
		}
		b.ReportMetric(time.Since(began).Seconds(), "load-s")
		_ = f.Close()
		for _, n := range []int{0, 1, turns} {
			b.ReportMetric(float64(o.batch(b, turns, rounds, n).Microseconds()), fmt.Sprintf("µs-with-%d", n))
		}
	}
}

// batch is how long the look-ups of a batch take, on average, when so many of its
// turns look a row up.
func (o *office) batch(b *testing.B, turns, rounds, rows int) time.Duration {
	b.Helper()
	asks, found := make([]handoff.Ask, turns), make([]*flows.Found, turns)
	contact := o.boss.AgentID
	run := func(round int) {
		for i := range asks {
			asks[i] = handoff.Ask{Contact: contact, Identity: contact, Wants: []flows.Lookup{{Kind: flows.LookupRemembered}}}
			if i < rows {
				asks[i].Wants = append(asks[i].Wants, flows.Lookup{Kind: flows.LookupRegister, Register: "holdings", Key: fmt.Sprintf("%d/ক", (round*turns+i)*7919%1_000_000)})
			}
			found[i] = &flows.Found{}
		}
		if err := o.desk.LookUp(b.Context(), asks, found); err != nil {
			b.Fatal(err)
		}
	}
	run(0) // connections and plans
	began := time.Now()
	for n := range rounds {
		run(n)
	}
	took := time.Since(began) / time.Duration(rounds)
	for _, f := range found {
		for _, r := range f.Registers {
			if !r.Found || !r.Proof {
				b.Fatalf("found %+v", r)
			}
		}
	}
	return took
}

func writeHoldings(b *testing.B, rows int) string {
	b.Helper()
	f, err := os.Create(b.TempDir() + "/holdings.csv")
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "Holding no.,Owner,Mobile,Due,Paid on,Ward")
	for i := range rows {
		fmt.Fprintf(w, "%d/ক,রহিমা খাতুন %d,01712%06d,%d.50,2025-11-%02d,%d\n", i, i, i%1_000_000, i%90_000, i%28+1, i%12+1)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return f.Name()
}
