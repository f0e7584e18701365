package flows

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxWays is how many ways through one service are looked for.
const maxWays = 3000

// explorer finds every way through a service.
type explorer struct {
	found   []way
	apart   map[string]bool // slots whose answer leads apart
	numbers []float64       // that conditions name
	entered map[string]bool // states
	most    int             // numbers that are tried as one answer
	tooMany bool
}

// explore finds all ways; where there are too many, with fewer numbers.
func explore(p *player) *explorer {
	for _, most := range []int{4, 2, 1} {
		if x := exploreWith(p, most); !x.tooMany {
			return x
		}
	}
	p.t.Fatalf("%s has more than %d ways, whatever the numbers", p.flow.id, maxWays)
	return nil
}

func exploreWith(p *player, most int) *explorer {
	x := &explorer{apart: map[string]bool{}, entered: map[string]bool{}, most: most}
	for i := range p.flow.states {
		st := &p.flow.states[i]
		for _, c := range st.branches {
			x.leads(p, c.uses, c.source)
		}
		for _, c := range st.computes {
			x.leads(p, c.uses, "")
		}
		for _, e := range st.edges {
			if st.kind == stateAsk && strings.HasPrefix(e.event, eventAnswer) {
				x.apart[p.flow.slots[st.slot].name] = true
			}
		}
		if st.kind == stateLookup && !st.mine && !st.row {
			x.leads(p, []int{st.slot}, "10001 10999")
		}
	}
	x.walk(p, way{})
	return x
}

var numberIn = regexp.MustCompile(`[a-z_]+|[0-9]+(\.[0-9]+)?`)

// leads notes that slots decide where a service goes, and at which numbers.
func (x *explorer) leads(p *player, slots []int, source string) {
	for _, i := range slots {
		x.apart[p.flow.slots[i].name] = true
	}
	for _, word := range numberIn.FindAllString(source, -1) {
		n, err := strconv.ParseFloat(word, 64)
		if setting, ok := p.c.settings[word].(float64); ok {
			n, err = setting, nil
		}
		if err == nil && !slices.Contains(x.numbers, n) {
			x.numbers = append(x.numbers, n)
		}
	}
}

func (x *explorer) walk(p *player, so way) {
	for _, m := range p.last.Moves {
		x.entered[m.From], x.entered[m.To] = true, true
	}
	if len(so) > maxQuestions {
		p.t.Fatalf("%s has a way of more than %d questions", p.flow.id, maxQuestions)
	}
	if x.tooMany = x.tooMany || len(x.found) >= maxWays; x.tooMany {
		return
	}
	var sl *slot
	if !p.over() {
		sl = p.question()
	}
	if sl == nil || len(so) > 0 && isAnswered(so, sl) {
		x.found = append(x.found, so)
		return
	}
	for _, g := range x.answers(sl) {
		next, on := p.clone(), maps.Clone(so)
		on[sl.name] = g
		next.answer(g)
		x.walk(next, on)
	}
}

func isAnswered(so way, sl *slot) bool { _, ok := so[sl.name]; return ok }

// answers are all that lead apart, or else one.
func (x *explorer) answers(sl *slot) (list []given) {
	switch apart := x.apart[sl.name]; sl.kind {
	case SlotChoice:
		list = x.choices(sl, apart)
	case SlotNumber, SlotAmount:
		list = x.amounts(sl, apart)
	case SlotDate:
		list = []given{{day: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}}
		if apart {
			list = append(list, given{day: time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)})
		}
	case SlotWard:
		list = []given{{number: 5}}
		if apart {
			list = append(list, given{number: 1}, given{number: 11})
		}
		if sl.unknown {
			list = append(list, given{unknown: true})
		}
	default:
		list = []given{{}}
	}
	if sl.optional {
		list = append(list, given{skip: true})
	}
	return list
}

func (x *explorer) choices(sl *slot, apart bool) (list []given) {
	for i := range sl.choices {
		if apart && (!sl.several || sl.enough(1)) || i == 0 && sl.enough(1) {
			list = append(list, given{picks: []int{i}})
		}
	}
	if sl.several {
		n := 2
		if sl.bounded {
			n = max(int(sl.min), min(2, int(sl.max)))
		}
		most := given{}
		for i := range min(n, len(sl.choices)) {
			most.picks = append(most.picks, len(sl.choices)-1-i)
		}
		slices.Sort(most.picks)
		list = append(list, most)
	}
	return list
}

func (x *explorer) amounts(sl *slot, apart bool) (list []given) {
	tries := []float64{12, 500, 5000, 100_000, sl.min, sl.max}
	if apart {
		tries = append(slices.Clone(x.numbers), tries...)
		for _, n := range x.numbers {
			tries = append(tries, n-1, n+1)
		}
	}
	for _, n := range tries {
		if n < 0 || n != float64(int64(n)) || !sl.within(n) || slices.ContainsFunc(list, func(g given) bool { return g.number == n }) {
			continue
		}
		if list = append(list, given{number: n}); !apart || len(list) == x.most {
			return list
		}
	}
	return list
}
