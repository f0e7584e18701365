package demo

import (
	"encoding/json"
	"math"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// How cases go: shares, and the time until an answer in parts of the target.
const (
	rejectedShare = 0.04
	referredShare = 0.03
	neverShare    = 0.08 // open for a long time
	reopenedShare = 0.06
	ratedShare    = 0.35
	typicalPart   = 0.55 // of the target, the median
	spread        = 0.9  // of its logarithm

	usualTarget = 72 * time.Hour
	closesAfter = 7 * 24 * time.Hour
)

// matter is a case while it is made.
type matter struct {
	number int64
	status handoff.CaseStatus
	last   time.Time
	by     agent
	rated  bool
}

// file makes the case that a conversation is about.
func (w *town) file(t *thread) {
	w.number++
	m := &matter{number: w.number, status: handoff.CaseNew, last: t.at, by: w.of(t.service.Team)}
	w.happen(m, "opened", t.at, uuid.Nil)
	w.work(m, t)
	given := map[string]any{"ward": t.ward}
	if m.rated && w.chance(ratedShare) {
		given["rating"] = []int{1, 2, 3, 3, 4, 4, 4, 5, 5, 5}[w.random.IntN(10)]
	}
	answers, _ := json.Marshal(given) // of a map of numbers: never fails
	var due, with any
	if t.service.Target > 0 {
		due = t.at.Add(t.service.Target)
	}
	if m.status != handoff.CaseNew {
		with = m.by.id
	}
	place := pick(w, places)
	w.rows.add("cases", m.number, t.service.ID, string(t.service.Kind), title(t.service), string(m.status), t.service.Team, with, t.ward, place, t.p.contact, t.id,
		t.p.channel, string(answers), t.at, due, m.last)
	w.done.Cases++
	if t.photo != uuid.Nil && len(w.Pictures) > 0 && w.chance(photoShare) {
		p := pick(w, w.Pictures)
		w.rows.add("photos", w.id(t.at), t.id, t.photo, m.number, t.p.channel, "", "kept", p.SHA256, p.Type, p.Width, p.Height, p.Size, t.at)
		w.done.Photos++
	}
}

func title(s *flows.Flow) string {
	if text := s.Title["bn"]; text != "" {
		return text
	}
	return s.ID
}

// work moves a case from one status to the next as far as there was time for.
func (w *town) work(m *matter, t *thread) {
	target := t.service.Target
	if target == 0 {
		target = usualTarget
	}
	if !w.move(m, handoff.CaseAssigned, w.between(time.Minute, 3*time.Hour)) {
		return
	}
	switch n := w.random.Float64(); {
	case n < rejectedShare:
		w.move(m, handoff.CaseRejected, w.between(time.Hour, target))
		return
	case n < rejectedShare+referredShare:
		w.move(m, handoff.CaseReferred, w.between(time.Hour, target))
		return
	}
	part := time.Duration(float64(target) * typicalPart * math.Exp(spread*w.random.NormFloat64()))
	if !w.move(m, handoff.CaseInProgress, part/3) {
		return
	}
	if w.chance(neverShare) {
		w.move(m, handoff.CaseWaiting, part/3)
		return
	}
	if !w.move(m, handoff.CaseResolved, part*2/3) {
		return
	}
	if m.rated = true; w.chance(reopenedShare) && w.move(m, handoff.CaseReopened, w.between(time.Hour, 72*time.Hour)) {
		for _, next := range []handoff.CaseStatus{handoff.CaseAssigned, handoff.CaseInProgress, handoff.CaseResolved} {
			if !w.move(m, next, part/3) {
				return
			}
		}
	}
	w.move(m, handoff.CaseClosed, closesAfter)
}

// move brings a case to a status, unless that is in the future.
func (w *town) move(m *matter, to handoff.CaseStatus, after time.Duration) bool {
	at := m.last.Add(after)
	if at.After(w.Until) {
		return false
	}
	m.status, m.last = to, at
	w.happen(m, string(to), at, m.by.id)
	return true
}

func (w *town) happen(m *matter, what string, at time.Time, by uuid.UUID) {
	var agent any
	if by != uuid.Nil {
		agent = by
	}
	w.rows.add("case_timeline", w.id(at), m.number, at, what, agent, "")
}
