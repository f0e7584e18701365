package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// What the crash test does to the service, and for how long.
const (
	crashContacts = 200
	crashBound    = 120 * time.Second
	settleWithin  = 30 * time.Second // after the load every dialogue has its case number
	databaseAway  = 5 * time.Second
)

// blow is one thing that goes wrong.
type blow struct {
	at time.Duration
	do func(*world)
}

// TestCrash takes the service's processes, Redis and PostgreSQL away while
// people talk to it, and looks afterwards whether anything was lost, doubled
// or out of order.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("the crash test needs real servers and a minute: run without -short")
	}
	program := shipped(t)
	for _, c := range []struct {
		name           string
		processes      int
		load           time.Duration
		kills, flushes int
		outages        int
		echo           time.Duration // soon: it settles an unknown outcome; late: the reply is sent again
	}{
		{"one process", 1, 45 * time.Second, 10, 2, 2, 10 * time.Millisecond},
		{"two processes", 2, 35 * time.Second, 10, 2, 2, 15 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			ctx, cancel := context.WithTimeout(t.Context(), crashBound)
			defer cancel()
			w := newWorld(ctx, t, program, c.processes, seed, c.echo)
			rng := rand.New(rand.NewPCG(seed, 1))
			blows := blowsOf(rng, c.load, c.kills, c.flushes, c.outages)
			began := time.Now()
			people := w.talk(rng, c.load)
			w.strike(began, blows)
			people.finish(began.Add(c.load))
			w.verify(people)
		})
	}
}

// blowsOf are the kills at random moments, and the rest spread over the load.
func blowsOf(rng *rand.Rand, load time.Duration, kills, flushes, outages int) []blow {
	var all []blow
	for range kills {
		at, victim := time.Second+time.Duration(rng.Int64N(int64(load-2*time.Second))), rng.IntN(1<<16)
		all = append(all, blow{at, func(w *world) { w.kill(victim) }})
	}
	for i := range flushes {
		all = append(all, blow{load * time.Duration(i+1) / time.Duration(flushes+1), (*world).flush})
	}
	for i := range outages {
		all = append(all, blow{load*time.Duration(i+1)/time.Duration(outages+1) - databaseAway, (*world).databaseAway})
	}
	return all
}

// strike deals the blows, each at its time and beside the others.
func (w *world) strike(began time.Time, blows []blow) {
	var dealt sync.WaitGroup
	for _, b := range blows {
		dealt.Go(func() {
			if w.pause(time.Until(began.Add(b.at))) {
				b.do(w)
			}
		})
	}
	dealt.Wait()
}

// TestCopies delivers one webhook ten times at once, as the very first of its
// contact and in the middle of a dialogue: each makes one message and one
// reply.
func TestCopies(t *testing.T) {
	if testing.Short() {
		t.Skip("needs real servers: run without -short")
	}
	program := shipped(t)
	for _, processes := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d processes", processes), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), crashBound)
			defer cancel()
			w := newWorld(ctx, t, program, processes, 1, 0)
			const copies, rounds = 10, 3
			p := w.person(1, "61550000000001")
			w.people[p.psid] = p
			words := p.opening()
			for range rounds {
				body := p.body(words)
				var copied sync.WaitGroup
				for range copies {
					copied.Go(func() { p.deliver(body) })
				}
				copied.Wait()
				words = p.question()
			}
			w.verifyCopies(p, rounds)
		})
	}
}
