package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"nagorik/bot/bench"
	"nagorik/bot/bottest"
)

const (
	// thinkMost is how long a person thinks about a question at most, as long
	// as the load lasts.
	thinkMost = 4 * time.Second
	// repliesMost is what a dialogue takes at most; the bot would fall silent
	// after 30 in an hour.
	repliesMost = 20
	// Meta tries a webhook that was not answered 200 again at once, and then
	// at growing distances.
	retryFirst = 50 * time.Millisecond
	retryMost  = 2 * time.Second
)

// person is one contact: what they sent and what they got.
type person struct {
	world *world
	psid  string
	rng   *rand.Rand
	inbox chan bottest.GraphSend

	count     int
	heard     map[string]bool // metadata of replies that were read
	confirmed int
	number    int64 // of the case they were told
	failed    error
	wrong     bool // found by verify
	posts     sync.WaitGroup

	mu    sync.Mutex
	taken map[string]bool // messages that were answered 200
}

func (w *world) person(seed uint64, psid string) *person {
	return &person{
		world: w, psid: psid, rng: rand.New(rand.NewPCG(seed, 3)), inbox: make(chan bottest.GraphSend, 256),
		heard: map[string]bool{}, taken: map[string]bool{},
	}
}

// crowdOf are the people of a test.
type crowdOf struct {
	world *world
	all   []*person
	calm  chan struct{} // closed when the load has ended: nobody thinks any more
	talks sync.WaitGroup
}

// talk sets everybody going, spread over the load.
func (w *world) talk(rng *rand.Rand, load time.Duration) *crowdOf {
	c := &crowdOf{world: w, calm: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range crashContacts {
		p := w.person(rng.Uint64(), fmt.Sprint(61550000000000+i))
		w.people[p.psid] = p
		c.all = append(c.all, p)
		wait := time.Duration(rng.Int64N(int64(load) * 9 / 10))
		c.talks.Go(func() {
			if w.pause(wait) {
				p.talk(c.calm)
			}
		})
	}
	return c
}

// finish waits until everybody has a case number, and says who has none in
// time.
func (c *crowdOf) finish(loadEnds time.Time) {
	c.world.pause(time.Until(loadEnds))
	close(c.calm)
	done := make(chan struct{})
	go func() { c.talks.Wait(); close(done) }()
	timer := time.NewTimer(settleWithin)
	defer timer.Stop()
	select {
	case <-done:
		c.world.t.Logf("every dialogue had ended %.1f s after the load", time.Since(loadEnds).Seconds())
	case <-timer.C:
		c.world.giveUp()
		<-done
	case <-c.world.ctx.Done():
		<-done
	}
}

// talk is one dialogue, from the first word to the case number.
func (p *person) talk(calm <-chan struct{}) {
	p.send(p.opening())
	for range repliesMost {
		reply := p.hear()
		if reply.Metadata == "" {
			return // the test's time is up
		}
		next, asked, number := bench.Answer(p.rng, reply.Text, reply.Choices)
		if number > 0 {
			p.number = number
			return
		}
		if asked {
			p.think(calm)
			p.send(next)
		}
	}
	p.failed = fmt.Errorf("no case number after %d replies", repliesMost)
}

// send says something; whatever becomes of the webhook, Meta looks after it.
func (p *person) send(words bench.Words) {
	ownQuestion := strings.HasPrefix(words.Choice.Payload, "ask/")
	if !ownQuestion && strings.HasSuffix(words.Choice.Payload, "=yes") {
		p.confirmed++
	}
	body := p.body(words)
	p.posts.Go(func() { p.deliver(body) })
}

// think waits a while, unless the load has ended.
func (p *person) think(calm <-chan struct{}) {
	timer := time.NewTimer(time.Duration(p.rng.Int64N(int64(thinkMost))))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-calm:
	case <-p.world.ctx.Done():
	}
}

func (p *person) opening() bench.Words { return bench.Opening(p.rng) }

// question is the next reply that asks something, and the answer to it.
func (p *person) question() bench.Words {
	for range repliesMost {
		s := p.hear()
		if w, asked, _ := bench.Answer(p.rng, s.Text, s.Choices); asked {
			return w
		}
	}
	p.world.t.Fatal("nothing was asked")
	return bench.Words{}
}

// hear is the next reply that was not read yet; the zero send when the test's
// time is up.
func (p *person) hear() bottest.GraphSend {
	for {
		select {
		case s := <-p.inbox:
			if !p.heard[s.Metadata] {
				p.heard[s.Metadata] = true
				return s
			}
		case <-p.world.ctx.Done():
			return bottest.GraphSend{}
		}
	}
}

// webhook is one message on its way.
type webhook struct {
	mid  string
	body []byte
}

func (p *person) body(words bench.Words) webhook {
	p.count++
	at := time.Now()
	from := bottest.From{Page: crashPage, PSID: p.psid, MID: fmt.Sprintf("m_%s_%d", p.psid, p.count), At: at}
	item := from.Text(words.Text)
	if words.Tapped {
		item = from.QuickReply(words.Choice)
	}
	return webhook{mid: from.MID, body: bottest.Webhook(crashPage, at, item)}
}

// deliver posts a webhook until it is answered 200, as Meta does.
func (p *person) deliver(h webhook) {
	for try := 0; ; try++ {
		status, err := p.world.graph.Deliver(p.world.ctx, h.body)
		if err == nil && status == http.StatusOK {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.taken[h.mid] = true
			return
		}
		var wait time.Duration
		if try > 0 {
			wait = min(retryFirst<<min(try, 10), retryMost)
		}
		if !p.world.pause(wait) {
			return
		}
	}
}
