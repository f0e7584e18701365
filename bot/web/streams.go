package web

import "sync"

// How many streams may be open. Whoever is refused reads by asking again.
const (
	streamsPerAddress = 6
	streamsPerNetwork = 500
	streamsInAll      = 20_000
)

// streams counts the open streams.
type streams struct {
	mu        sync.Mutex
	all       int
	addresses map[string]int
	networks  map[string]int
}

func newStreams() *streams {
	return &streams{addresses: make(map[string]int), networks: make(map[string]int)}
}

// open takes a place; false when there is none.
func (s *streams) open(address, network string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= streamsInAll || s.addresses[address] >= streamsPerAddress || s.networks[network] >= streamsPerNetwork {
		return false
	}
	s.all++
	s.addresses[address]++
	s.networks[network]++
	return true
}

// close gives the place back.
func (s *streams) close(address, network string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	less(s.addresses, address)
	less(s.networks, network)
}

func less(counts map[string]int, key string) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}
