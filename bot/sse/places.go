package sse

import "sync"

// Places counts the open streams, so that nobody keeps too many.
type Places struct {
	most int

	mu   sync.Mutex
	all  int
	held map[string]int
}

// Claim bounds how many streams are open under one key: an address, a network,
// a token.
type Claim struct {
	Key  string
	Most int
}

// NewPlaces returns so many places.
func NewPlaces(most int) *Places { return &Places{most: most, held: make(map[string]int)} }

// Take takes a place; false when there is none, in all or under one of the
// claims. Whoever took one gives it back by release.
func (p *Places) Take(claims ...Claim) (release func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= p.most {
		return nil, false
	}
	for _, c := range claims {
		if p.held[c.Key] >= c.Most {
			return nil, false
		}
	}
	p.all++
	for _, c := range claims {
		p.held[c.Key]++
	}
	return sync.OnceFunc(func() { p.give(claims) }), true
}

func (p *Places) give(claims []Claim) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	for _, c := range claims {
		if p.held[c.Key]--; p.held[c.Key] <= 0 {
			delete(p.held, c.Key)
		}
	}
}

// Taken is how many places are taken.
func (p *Places) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}
