package intent

import (
	"slices"
	"sync"

	"nagorik/flows/bangla"
)

// most is how many labels a reading ranks.
const most = 5

// Ranked is a label and how likely it is, from 0 to 1; all shares together are 1.
type Ranked struct {
	Label string
	Share float32
}

// Reading is what a model made of a message.
type Reading struct {
	Ranked []Ranked // likeliest first, at most five
	Known  float32  // share of the message's words that stand in an example
}

// Boost speaks for a label from outside: a word of its own was found.
type Boost struct {
	Label string
	By    float32 // added to its score; 3 is much
}

// scratch is the memory of one classification.
type scratch struct {
	list   []feature
	scores []float32
}

var pool = sync.Pool{New: func() any { return &scratch{list: make([]feature, 0, 512)} }}

// Classify tells what a folded message is about.
func (m *Model) Classify(folded string, boosts ...Boost) Reading {
	if len(m.labels) == 0 {
		return Reading{}
	}
	s, _ := pool.Get().(*scratch)
	defer pool.Put(s)
	s.list = distinct(features(s.list[:0], folded, &m.spell))
	s.scores = append(s.scores[:0], m.bias...)
	known := m.score(s)
	for _, b := range boosts {
		if i, ok := m.byLabel[b.Label]; ok {
			s.scores[i] += b.By
		}
	}
	softmax(s.scores)
	return Reading{Ranked: m.rank(s.scores), Known: known}
}

// score adds up what the features say and returns the share of words that are known.
func (m *Model) score(s *scratch) float32 {
	k := len(m.labels)
	var known, seen uint64
	var sum float32
	kept := s.list[:0]
	for _, f := range s.list {
		whole := f.weight >= skeletonWeight
		if whole {
			seen |= 1 << f.word
		}
		id, ok := m.index[f.hash]
		if !ok {
			continue
		}
		if whole {
			known |= 1 << f.word
		}
		f.weight *= m.says[id]
		f.hash = uint64(id) //nolint:gosec // ids are not negative
		sum += f.weight * f.weight
		kept = append(kept, f)
	}
	scale := length(sum)
	for _, f := range kept {
		v, at := f.weight*scale, int(f.hash)*k //nolint:gosec // an id
		for j, w := range m.weights[at : at+k] {
			s.scores[j] += w * v
		}
	}
	return share(known, seen)
}

func share(part, whole uint64) float32 {
	if whole == 0 {
		return 0
	}
	return float32(bits(part)) / float32(bits(whole))
}

func bits(set uint64) (n int) {
	for ; set != 0; set &= set - 1 {
		n++
	}
	return n
}

// rank is the likeliest labels, in an order that equal shares cannot change.
func (m *Model) rank(shares []float32) []Ranked {
	list := make([]Ranked, 0, most+1)
	for i, share := range shares {
		at := len(list)
		for at > 0 && list[at-1].Share < share {
			at--
		}
		if at == most {
			continue
		}
		list = slices.Insert(list, at, Ranked{m.labels[i], share})
		if len(list) > most {
			list = list[:most]
		}
	}
	return list
}

// Reasons are the words of a folded message that spoke most for a label, the strongest first.
func (m *Model) Reasons(label, folded string, n int) []string {
	k := len(m.labels)
	at, ok := m.byLabel[label]
	if !ok {
		return nil
	}
	var votes [maxWords]float32
	for _, f := range features(nil, folded, &m.spell) {
		if id, ok := m.index[f.hash]; ok {
			w := m.weights[int(id)*k : int(id+1)*k]
			var all float32
			for _, x := range w {
				all += x
			}
			votes[f.word] += f.weight * m.says[id] * (w[at] - all/float32(k))
		}
	}
	return strongest(votes[:], folded, n)
}

// strongest are the words with the most votes.
func strongest(votes []float32, folded string, n int) []string {
	type vote struct {
		word string
		for_ float32
	}
	var list []vote
	for rest, i := folded, 0; i < len(votes); {
		var word string
		if word, rest = bangla.NextWord(rest); word == "" {
			break
		}
		if len(word) > maxWord {
			continue
		}
		if votes[i] > 0 {
			list = append(list, vote{word, votes[i]})
		}
		i++
	}
	slices.SortStableFunc(list, func(a, b vote) int {
		switch {
		case a.for_ > b.for_:
			return -1
		case a.for_ < b.for_:
			return 1
		}
		return 0
	})
	var words []string
	for _, v := range list[:min(n, len(list))] {
		words = append(words, v.word)
	}
	return words
}
