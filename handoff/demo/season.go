package demo

import (
	"slices"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// othersPerCase is how many conversations there are without a case for each
// that has one.
const othersPerCase = 0.8

// lately is the share of all conversations that are opened in the last hour,
// at most latelyMost, so that there is something going on when one looks.
const (
	lately     = 0.005
	latelyMost = 60
)

// habit is how often a service is asked for: its share of a year (domain.md
// §4.1 where it counts it), and how much more or less by month, in percent,
// from January on.
type habit struct {
	share  float64
	months [12]int
}

var (
	even    = [12]int{100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	monsoon = [12]int{40, 40, 60, 90, 130, 190, 220, 200, 150, 90, 50, 40}
	fever   = [12]int{50, 60, 80, 70, 70, 90, 130, 180, 190, 170, 110, 60}
	repairs = [12]int{90, 80, 80, 80, 90, 100, 110, 120, 140, 130, 110, 100}
	fiscal  = [12]int{90, 80, 100, 70, 80, 180, 140, 80, 130, 80, 70, 110}
)

// usual is the habit of a service that is not named.
var usual = habit{30, even}

func habits() map[string]habit {
	return map[string]habit{
		"road": {113, repairs}, "electricity": {94, [12]int{120, 110, 100, 90, 80, 80, 90, 90, 100, 110, 120, 120}}, "waste": {86, even},
		"drainage": {82, monsoon}, "fogging": {57, fever}, "permit": {38, even}, "park": {18, even},
		"holding_tax": {52, fiscal}, "trade_licence": {40, fiscal}, "suggestion": {14, even},
	}
}

// hours of a day in which people write, in parts; the evening is long.
var hours = [24]int{6, 3, 2, 1, 1, 3, 8, 18, 36, 58, 66, 62, 50, 44, 48, 50, 52, 48, 50, 58, 62, 54, 34, 16}

// planned is a conversation that is to be made.
type planned struct {
	at      time.Time
	service *flows.Flow
	files   bool
}

// plan draws the conversations of the year in their order.
func (w *town) plan() []planned {
	all := make([]planned, w.Cases+int(float64(w.Cases)*othersPerCase))
	now := min(int(float64(len(all))*lately)+1, latelyMost)
	days := w.days()
	for i := range all {
		p := &all[i]
		p.files = i < w.Cases
		if p.at = w.moment(days); i >= w.Cases-now/2 && i < w.Cases+now-now/2 {
			p.at = w.Until.Add(-w.between(time.Second, time.Hour))
		}
		p.service = w.service(p.at)
	}
	slices.SortStableFunc(all, func(a, b planned) int { return a.at.Compare(b.at) })
	return all
}

// days are the days of the year with the sum of the weights up to each: more
// people write in the wet months, fewer on Fridays, and more as the year goes on.
func (w *town) days() []float64 {
	var sums []float64
	sum := 0.0
	for at := w.since; at.Before(w.Until); at = at.AddDate(0, 0, 1) {
		local := at.In(handoff.Dhaka())
		weights := w.weights(local.Month())
		weight := weights[len(weights)-1]
		if local.Weekday() == time.Friday {
			weight *= 0.6
		}
		weight *= 0.7 + 0.6*at.Sub(w.since).Hours()/w.Until.Sub(w.since).Hours()
		weight *= 0.85 + 0.3*w.random.Float64()
		sum += weight
		sums = append(sums, sum)
	}
	return sums
}

// moment draws one of the year.
func (w *town) moment(days []float64) time.Time {
	const tries = 20
	for range tries {
		i, _ := slices.BinarySearch(days, w.random.Float64()*days[len(days)-1])
		y, m, d := w.since.AddDate(0, 0, min(i, len(days)-1)).In(handoff.Dhaka()).Date()
		at := time.Date(y, m, d, w.hour(), w.random.IntN(60), w.random.IntN(60), w.random.IntN(1000)*1e6, handoff.Dhaka())
		if at.After(w.since) && at.Before(w.Until) {
			return at
		}
	}
	return w.Until.Add(-w.between(time.Hour, 24*time.Hour))
}

func (w *town) hour() int {
	sum := 0
	for _, n := range hours {
		sum += n
	}
	n := w.random.IntN(sum)
	for h, part := range hours {
		if n -= part; n < 0 {
			return h
		}
	}
	return 0
}

// service draws what somebody asks for in that month.
func (w *town) service(at time.Time) *flows.Flow {
	weights := w.weights(at.In(handoff.Dhaka()).Month())
	i, _ := slices.BinarySearch(weights, w.random.Float64()*weights[len(weights)-1])
	return &w.Services[min(i, len(w.Services)-1)]
}

// weights are, for each service, the sum of the shares up to it in a month.
func (w *town) weights(month time.Month) []float64 {
	if w.shares == nil {
		w.shares = map[time.Month][]float64{}
	}
	if known := w.shares[month]; known != nil {
		return known
	}
	known, sum := habits(), 0.0
	for _, s := range w.Services {
		h, ok := known[s.ID]
		if !ok {
			h = usual
		}
		sum += h.share * float64(h.months[month-1])
		w.shares[month] = append(w.shares[month], sum)
	}
	return w.shares[month]
}
