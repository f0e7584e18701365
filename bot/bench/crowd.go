package bench

import (
	"math/rand/v2"
	"sync"
	"time"

	"nagorik/flows"
)

// What one contact does. A bot that answers an address more than 30 times an
// hour falls silent (design.md §3), so nobody is asked on after 24.
const (
	dialoguesEach = 4
	repliesEach   = 24
	// gathering is how many citizens are in the middle of a dialogue at once.
	gathering = 1000
	// psidBase is the address before the first contact's.
	psidBase = 7_000_000_000_000_000
	// stride spreads the contacts that are on record over those that come; it
	// is prime.
	stride = 1_000_003
)

// citizen is one contact on their way through the service.
type citizen struct {
	psid      uint64
	next      Words
	due       time.Time // of the message that has no reply yet; zero: all are answered
	replies   int
	dialogues int
}

// crowd is everybody who writes.
type crowd struct {
	stored uint64 // contacts on record before the load began

	mu     sync.Mutex
	rng    *rand.Rand
	active map[uint64]*citizen
	ready  []*citizen // first in, first out
	came   uint64
	cases  int
	record *recorder
	freed  chan struct{} // gets one for every reply; nil: nobody waits
}

func newCrowd(stored int, seed uint64) *crowd {
	c := &crowd{stored: uint64(stored), rng: rand.New(rand.NewPCG(seed, 2)), active: map[uint64]*citizen{}, record: &recorder{}}
	for range gathering {
		c.ready = append(c.ready, c.newcomer())
	}
	return c
}

// newcomer is somebody who has not written in this run: first those on record,
// in no order of theirs, then people never heard of. The lock is held.
func (c *crowd) newcomer() *citizen {
	n := c.came
	c.came++
	if n < c.stored {
		n = n * stride % c.stored
	}
	p := &citizen{psid: psidBase + 1 + n, next: Opening(c.rng)}
	c.active[p.psid] = p
	return p
}

// take is who writes next and what, due at a time.
func (c *crowd) take(due time.Time) (psid uint64, words Words) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var p *citizen
	if len(c.ready) > 0 {
		p, c.ready = c.ready[0], c.ready[1:]
	} else {
		p = c.newcomer()
	}
	p.due = due
	c.record.sent++
	return p.psid, p.next
}

// reply is a message of the bot that arrived. The turn ends with the one that
// asks something or has a case number; who got it goes on, and who is done
// makes room for another.
func (c *crowd) reply(psid uint64, at time.Time, text string, choices []flows.Choice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.active[psid]
	if p == nil || p.due.IsZero() {
		c.record.surplus++
		return
	}
	p.replies++
	next, asked, number := Answer(c.rng, text, choices)
	if !asked && number == 0 {
		return
	}
	if number > 0 {
		p.dialogues++
		c.cases++
		next = Opening(c.rng)
	}
	c.record.add(p.due, at)
	p.next, p.due = next, time.Time{}
	if p.dialogues == dialoguesEach || p.replies >= repliesEach {
		delete(c.active, p.psid)
		p = c.newcomer()
	}
	c.ready = append(c.ready, p)
	if c.freed != nil {
		select {
		case c.freed <- struct{}{}:
		default:
		}
	}
}

// measure begins a measurement: what is due from now on counts in the result.
func (c *crowd) measure(from time.Time, freed chan struct{}) *recorder {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record, c.freed = &recorder{from: from}, freed
	return c.record
}

// abandon forgets the messages that were never answered; their citizens do not
// write again.
func (c *crowd) abandon() (lost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for psid, p := range c.active {
		if !p.due.IsZero() {
			delete(c.active, psid)
			lost++
		}
	}
	return lost
}

// filed is how many cases the citizens were told of.
func (c *crowd) filed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cases
}

// waiting is how many messages of this measurement have no reply yet.
func (c *crowd) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.record.sent - len(c.record.took)
}
