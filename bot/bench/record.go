package bench

import (
	"slices"
	"time"
)

// recorder keeps the latencies of one measurement. The crowd's lock guards it
// while the measurement runs.
type recorder struct {
	from    time.Time
	last    time.Time // when the last reply arrived
	sent    int
	surplus int             // replies nobody waited for
	took    []time.Duration // from when a message was due to its reply's arrival
}

// add notes a reply. What was due before the measurement began is not its.
func (r *recorder) add(due, at time.Time) {
	if due.Before(r.from) {
		return
	}
	r.took = append(r.took, at.Sub(due))
	r.last = at
}

// rate is the replies per second from the beginning to the last one.
func (r *recorder) rate() float64 {
	if len(r.took) == 0 {
		return 0
	}
	return float64(len(r.took)) / r.last.Sub(r.from).Seconds()
}

// quantile is the latency that a share of the messages did not exceed.
func (r *recorder) quantile(share float64) time.Duration {
	if len(r.took) == 0 {
		return 0
	}
	slices.Sort(r.took)
	return r.took[min(len(r.took)-1, int(share*float64(len(r.took))))]
}
