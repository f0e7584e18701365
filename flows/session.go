package flows

import "time"

// Session is where one contact stands: everything Step must know from one
// message to the next. It is a value; Step returns a new one and leaves the old
// one as it was. In Redis and in the checkpoint it is a small JSON object that
// names flows, states and slots, so that a person can read it and a newer
// catalogue can still make sense of it.
type Session struct {
	Catalog  int64    // version the dialogue began in; 0 when none is open
	Language string   // what the person is answered in; empty until known
	Flow     string   // the open flow; empty at the menu
	State    string   // the state whose question stands
	Ask      string   // a small question of the bot's own that stands before the state's: "cancel", "ward" …
	Offer    []string // what Ask offers, in the order it was numbered
	Answers  []Answer // in the order they were first given
	Known    []string // slots that were filled without asking: remembered, from a pin, from another answer
	Trail    []string // states whose questions were answered, oldest first; "back" walks it
	Change   string   // the confirmation to return to after one answer is changed
	Misses   int      // how often the standing question was misunderstood in a row
	Photos   []string // photos that came before their question
	ShotWard int      // the ward they were taken in, until a flow takes it; 0 when they do not say
	Case     int64    // the number last opened
	CaseAt   int64    // when, in seconds since 1970
	At       int64    // when the person was last heard, in seconds since 1970
	Reminded bool     // the one reminder was given
	WardBy   WardBy   // where the answered ward comes from
	Fixed    int64    // the case of which a notice has asked just now whether it is fixed
	Parked   *Parked  // a dialogue left half-way
}

// Parked is a dialogue left half-way, by MENU or by silence. It is offered
// again ("continue?") for resumeFor.
type Parked struct {
	Flow    string
	State   string
	Answers []Answer
	Known   []string
	Trail   []string
	Photos  []string
	WardBy  WardBy
	At      int64 // when it was left, in seconds since 1970
}

// Answer looks up an answer by slot.
func (s *Session) Answer(slot string) (Value, bool) {
	for i := range s.Answers {
		if s.Answers[i].Slot == slot {
			return s.Answers[i].Value, true
		}
	}
	return Value{}, false
}

// put keeps an answer. The slice is copied first: the session Step was given
// may be stepped again.
func (s *Session) put(slot string, v Value) {
	answers := make([]Answer, len(s.Answers), len(s.Answers)+1)
	copy(answers, s.Answers)
	s.Answers = answers
	for i := range s.Answers {
		if s.Answers[i].Slot == slot {
			s.Answers[i].Value = v
			return
		}
	}
	s.Answers = append(s.Answers, Answer{Slot: slot, Value: v})
}

// drop forgets an answer.
func (s *Session) drop(slot string) {
	var kept []Answer
	for _, a := range s.Answers {
		if a.Slot != slot {
			kept = append(kept, a)
		}
	}
	s.Answers = kept
	s.Known = without(s.Known, slot)
}

// park sets the open dialogue aside, so that the menu can be shown. A dialogue
// without an answer or a photo is not worth the question and is forgotten.
func (s *Session) park(at time.Time) {
	if s.Flow != "" && (len(s.Trail) > 0 || len(s.Photos) > 0) {
		s.Parked = &Parked{
			Flow: s.Flow, State: s.State, Answers: s.Answers, Known: s.Known,
			Trail: s.Trail, Photos: s.Photos, WardBy: s.WardBy, At: at.Unix(),
		}
	}
	s.clear()
}

// clear leaves the flow. What is not the flow's stays: language, case, parked.
func (s *Session) clear() {
	s.Flow, s.State, s.Ask, s.Change = "", "", "", ""
	s.Offer, s.Answers, s.Known, s.Trail, s.Photos = nil, nil, nil, nil, nil
	s.Misses, s.WardBy, s.ShotWard = 0, "", 0
}

// unpark takes the parked dialogue up again.
func (s *Session) unpark() {
	p := s.Parked
	s.clear()
	s.Flow, s.State, s.Answers, s.Known, s.Trail, s.Photos = p.Flow, p.State, p.Answers, p.Known, p.Trail, p.Photos
	s.WardBy, s.Parked = p.WardBy, nil
}

func (s *Session) knows(slot string) bool { return has(s.Known, slot) }

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func without(list []string, s string) []string {
	if !has(list, s) {
		return list
	}
	var kept []string
	for _, x := range list {
		if x != s {
			kept = append(kept, x)
		}
	}
	return kept
}

func with(list []string, s string) []string {
	if has(list, s) {
		return list
	}
	grown := make([]string, len(list), len(list)+1)
	copy(grown, list)
	return append(grown, s)
}
