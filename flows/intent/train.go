package intent

import (
	"math"
	"slices"

	"nagorik/flows/bangla"
)

// How the weights are learnt: by stochastic gradient descent on the softmax's log loss. The values were chosen by
// k-fold on the shipped examples.
const (
	epochs   = 12
	rate     = 2.5    // step at the beginning
	decay    = 0.15   // the step after n epochs is rate / (1 + decay*n)
	shrink   = 2e-5   // of the weights of an example's features, at each step
	tiny     = 0.004  // an error too small to correct
	known    = 0.05   // an error so small that an example is left alone for a while …
	rests    = 3      // … of so many epochs
	shuffler = 0x9E37 // seed of the fixed order
)

// Example is a sentence and what it is about.
type Example struct {
	Label, Text string
	Word        bool // a listed word or phrase, not a sentence
}

// Model tells what a message is about.
type Model struct {
	labels  []string
	byLabel map[string]int
	index   map[uint64]int32
	says    []float32 // how much a feature tells labels apart, from 0 to 1
	weights []float32 // rows of a feature, columns of the labels
	bias    []float32
	spell   speller
}

// row is an example ready to learn from.
type row struct {
	ids    []int32
	values []float32
	label  int
	rest   int // epochs to come in which it is not looked at
}

// Train learns from examples. Without any the model knows nothing and says so.
func Train(examples []Example) *Model {
	m := &Model{byLabel: map[string]int{}, index: map[uint64]int32{}}
	m.spell = speller{counts: map[string]int32{}, without: map[uint64][]string{}}
	rows := make([]row, 0, len(examples))
	for _, e := range examples {
		if r, ok := m.row(e); ok {
			rows = append(rows, r)
		}
	}
	m.spell.index()
	k := len(m.labels)
	m.weighFeatures(rows)
	for i := range rows {
		m.scaleRow(&rows[i])
	}
	m.weights, m.bias = make([]float32, len(m.index)*k), make([]float32, k)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	scores, wrong := make([]float32, k), make([]int, 0, k)
	seed := uint32(shuffler)
	for epoch := range epochs {
		seed = shuffle(order, seed)
		eta := float32(rate / (1 + decay*float64(epoch)))
		for _, i := range order {
			if r := &rows[i]; r.rest > 0 {
				r.rest--
			} else if m.learn(r, scores, wrong, eta) < known {
				r.rest = rests
			}
		}
	}
	return m
}

// row reads an example and makes room for the features and the label it brings.
func (m *Model) row(e Example) (row, bool) {
	label, ok := m.byLabel[e.Label]
	if !ok {
		label = len(m.labels)
		m.byLabel[e.Label] = label
		m.labels = append(m.labels, e.Label)
	}
	folded := bangla.Fold(e.Text)
	m.spell.read(folded)
	r := row{label: label}
	for _, f := range distinct(features(nil, folded, nil)) {
		id, ok := m.index[f.hash]
		if !ok {
			id = int32(len(m.index)) //nolint:gosec // bounded by the size of a catalogue
			m.index[f.hash] = id
		}
		r.ids, r.values = append(r.ids, id), append(r.values, f.weight)
	}
	return r, len(r.ids) > 0
}

// distinct keeps the first of equal features.
func distinct(list []feature) []feature {
	slices.SortStableFunc(list, func(a, b feature) int {
		switch {
		case a.hash < b.hash:
			return -1
		case a.hash > b.hash:
			return 1
		}
		return 0
	})
	return slices.CompactFunc(list, func(a, b feature) bool { return a.hash == b.hash })
}

// weighFeatures finds how much each feature tells labels apart: one that stands beside many of them, such as "please",
// says little.
func (m *Model) weighFeatures(rows []row) {
	k := len(m.labels)
	counts := make([]uint16, len(m.index)*k)
	totals := make([]int, k)
	for _, r := range rows {
		totals[r.label]++
		for _, id := range r.ids {
			counts[int(id)*k+r.label]++
		}
	}
	m.says = make([]float32, len(m.index))
	for id := range m.says {
		m.says[id] = telling(counts[id*k:(id+1)*k], totals)
	}
}

// telling is 1 for a feature of one label, and near 0 for one that all labels share alike.
func telling(counts []uint16, totals []int) float32 {
	var sum, entropy, all float64
	for j, n := range counts {
		sum += float64(n) / float64(totals[j])
		all += float64(n)
	}
	for j, n := range counts {
		if n > 0 {
			p := float64(n) / float64(totals[j]) / sum
			entropy -= p * math.Log(p)
		}
	}
	return float32(max(leastSaid, 1-entropy/math.Log(sharers)) * all / (all + doubt))
}

// A feature that so many labels share alike says no more than leastSaid; one that was seen no more often than doubt says
// half of what it seems to.
const (
	doubt     = 0.5
	sharers   = 22
	leastSaid = 0.2
)

// scaleRow makes an example's features as long as those of any other.
func (m *Model) scaleRow(r *row) {
	var sum float32
	for i, id := range r.ids {
		r.values[i] *= m.says[id]
		sum += r.values[i] * r.values[i]
	}
	scale := length(sum)
	for i := range r.values {
		r.values[i] *= scale
	}
}

// length is what makes features of this sum of squares as long as those of any other.
func length(sum float32) float32 {
	if sum == 0 {
		return 0
	}
	return float32(sharpness / math.Sqrt(float64(max(sum, leastSum))))
}

// leastSum is the sum of squares below which a message is too short of features to be made as long as others.
const leastSum = 0.8

// sharpness is the length of a message's features: the larger, the surer the model grows.
const sharpness = 5

// learn takes one step towards an example. It returns how wrong it was, and writes over scores and
// wrong.
func (m *Model) learn(r *row, scores []float32, wrong []int, eta float32) (most float32) {
	k := len(m.labels)
	copy(scores, m.bias)
	for i, id := range r.ids {
		w, v := m.weights[int(id)*k:int(id+1)*k], r.values[i]
		s := scores[:len(w)]
		for len(w) >= 4 { // four at a time: this is most of the learning
			s[0] += w[0] * v
			s[1] += w[1] * v
			s[2] += w[2] * v
			s[3] += w[3] * v
			s, w = s[4:], w[4:]
		}
		for j := range w {
			s[j] += w[j] * v
		}
	}
	softmax(scores)
	scores[r.label]--
	eta /= sharpness * sharpness
	wrong = wrong[:0]
	for j, by := range scores {
		if by < tiny && by > -tiny {
			continue
		}
		wrong = append(wrong, j)
		most = max(most, by, -by)
		m.bias[j] -= eta * by * 0.1
	}
	// Feature by feature: the weights of one lie beside each other.
	for i, id := range r.ids {
		w, step := m.weights[int(id)*k:int(id+1)*k], eta*r.values[i]
		for _, j := range wrong {
			w[j] -= step*scores[j] + shrink*w[j]
		}
	}
	return most
}

func softmax(scores []float32) {
	top := slices.Max(scores)
	var sum float32
	for i, s := range scores {
		scores[i] = float32(math.Exp(float64(s - top)))
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

// shuffle brings the order into another that is always the same one.
func shuffle(order []int, seed uint32) uint32 {
	for i := len(order) - 1; i > 0; i-- {
		seed = seed*1664525 + 1013904223
		j := int(seed>>8) % (i + 1)
		order[i], order[j] = order[j], order[i]
	}
	return seed
}
