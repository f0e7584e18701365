package flows

import (
	"slices"
	"sync"
	"time"

	"nagorik/flows/bangla"
)

// Bounds of one turn.
const (
	maxEntered  = 60   // states entered; more is a circle
	maxMessages = 12   // messages said
	maxEffects  = 20   // effects
	maxInput    = 4000 // bytes of a message that are looked at
	maxTrail    = 100  // questions "back" can walk
	maxTaken    = 50   // photos of one input
)

// Step takes one input and says everything that follows from it. It is pure:
// the same catalogue, session and input give the same turn, and s is not
// changed. Any input and any session that DecodeSession accepts are answered.
func (c *Catalog) Step(s Session, in Input) Turn {
	t, _ := c.turns.Get().(*turn) // the pool makes nothing else
	t.c, t.input, t.s = c, in, s
	t.in = &t.input
	t.prepare()
	t.run()
	out := Turn{Session: s, Lookups: t.out.Lookups}
	if len(out.Lookups) == 0 {
		out = t.finish()
	}
	*t = turn{} // nothing of this person stays behind for the next
	c.turns.Put(t)
	return out
}

// newTurns keeps the working memory of turns that are done, half of what a step
// would otherwise allocate. A turn that panics does not come back.
func newTurns() *sync.Pool { return &sync.Pool{New: func() any { return new(turn) }} }

// turn is the work on one input.
type turn struct {
	c       *Catalog
	f       *flow  // the open flow, nil at the menu
	in      *Input // points at input
	input   Input
	s       Session
	out     Turn
	lang    int
	text    string // what was typed or stands on the tapped button, cleaned
	folded  string
	words   []token
	told    bool   // text is what led to an offer that was taken now
	tapped  string // the value of a button of the standing question
	lead    string // said at the head of the next message
	fills   [fills]string
	env     map[string]any
	entered int
	passed  [4]uint64 // states passed over in this turn
	wardBy  WardBy    // of the answer in this turn; empty: it was typed or picked
	filed   bool      // a case was opened in this turn
	apart   bool      // the matter is not the one that was offered to be joined
	settled bool      // the session's question is not in this catalogue: the flow begins again
	handed  bool      // the conversation went to people
	ended   bool      // the flow came to its end in this turn
	proved  string    // the telephone of a row, by a code given in this turn

	welcomed bool                   // somebody who comes back was greeted
	heards   []Heard                // cases whose news was told
	room     [16]token              // for words
	options  [maxButtons + 3]option // for the question
}

// prepare makes the session fit to be worked on: its slices are clipped, so that
// growing them leaves the caller's alone, and names the catalogue does not know
// are settled.
func (t *turn) prepare() {
	s := &t.s
	s.Answers, s.Known, s.Trail = slices.Clip(s.Answers), slices.Clip(s.Known), slices.Clip(s.Trail)
	s.Photos, s.Offer = slices.Clip(s.Photos), slices.Clip(s.Offer)
	if s.Language == "" {
		s.Language = t.c.codes[0]
	}
	t.lang = t.c.lang(s.Language)
	t.text = bangla.Clean(t.in.Text)
	if len(t.text) > maxInput {
		t.text = clip(t.text, maxInput)
	}
	t.folded = bangla.Fold(t.text)
	if p := s.Parked; p != nil && (t.c.byFlowID(p.Flow) == nil || t.in.At.Unix()-p.At > int64(resumeFor/time.Second)) {
		s.Parked = nil
	}
	t.settle()
}

// resumeFor is how long a dialogue left half-way is offered again.
const resumeFor = 7 * 24 * time.Hour

func (c *Catalog) byFlowID(id string) *flow {
	if i, ok := c.byFlow[id]; ok {
		return c.flows[i]
	}
	return nil
}

// settle brings a session of another version into this catalogue: a flow that is
// gone is left, and a flow whose question is gone begins again with the answers
// it still has slots for.
func (t *turn) settle() {
	if t.s.Flow == "" {
		t.s.State = ""
		return
	}
	t.f = t.c.byFlowID(t.s.Flow)
	if t.f == nil || t.f.firstAsk() == "" {
		photos, ward := t.s.Photos, t.s.ShotWard
		t.s.clear()
		t.s.Photos, t.s.ShotWard, t.f = photos, ward, nil
		return
	}
	if st := t.f.state(t.s.State); st == nil || st.kind != stateAsk {
		t.s.Ask, t.s.Offer, t.s.Change, t.s.Trail, t.s.Misses = "", nil, "", nil, 0
		t.s.State = t.f.firstAsk()
		t.knowAll()
		t.settled = true
	}
}

// firstAsk is the first question of the flow; empty when it asks nothing.
func (f *flow) firstAsk() string {
	for i := range f.states {
		if f.states[i].kind == stateAsk {
			return f.states[i].name
		}
	}
	return ""
}

// knowAll marks every answer as known, so that its question is passed over, and
// forgets answers the flow has no slot for.
func (t *turn) knowAll() {
	var answers []Answer
	t.s.Known = nil
	for _, a := range t.s.Answers {
		sl := t.f.slot(a.Slot)
		if sl == nil || sl.kind == SlotConfirm || sl.kind == SlotCode {
			continue
		}
		answers = append(answers, a)
		t.s.Known = append(t.s.Known, a.Slot)
	}
	t.s.Answers = answers
}

// state is the state whose question stands.
func (t *turn) state() *state { return t.f.state(t.s.State) }

// tokens are the words of the input, taken apart when first needed.
func (t *turn) tokens() []token {
	if t.words == nil {
		t.words = tokens(t.room[:0], t.folded)
	}
	return t.words
}

func (t *turn) run() {
	if t.muted() || t.answersFixed() || t.rated() || t.alarmed() || t.owned() {
		return
	}
	switch t.in.Kind {
	case InputRemind:
		t.remind()
		return
	case InputExpire:
		t.expire()
		return
	case InputResume:
		t.resumed()
		return
	}
	t.s.Reminded = false
	if t.in.First {
		t.greet()
	}
	switch t.in.Kind {
	case InputText:
		t.onText()
	case InputChoice:
		t.onChoice()
	case InputPhotos:
		t.onPhotos()
	case InputLocation:
		t.onPin()
	case InputStart:
		t.onStart()
	default:
		t.onOther()
	}
}

// wholeCommand is the command the whole message is, or empty.
func (t *turn) wholeCommand() string {
	if t.folded == "0" {
		return ""
	}
	if p := t.c.lists.commands.meant(t.tokens()); p != nil {
		return commandNames[p.target]
	}
	return ""
}

func (t *turn) effect(e Effect) {
	if len(t.out.Effects) < maxEffects {
		t.out.Effects = append(t.out.Effects, e)
	}
}

func (t *turn) need(l Lookup) { t.out.Lookups = append(t.out.Lookups, l) }

func (t *turn) move(from, to, event, why string) {
	id := ""
	if t.f != nil {
		id = t.f.id
	}
	if t.out.Moves == nil {
		t.out.Moves = make([]Move, 0, 4)
	}
	t.out.Moves = append(t.out.Moves, Move{Flow: id, From: from, To: to, Event: event, Why: why})
}

// moveOut notes that the open flow has come to its end.
func (t *turn) moveOut(from, why string) {
	t.move(from, "", "", why)
	t.out.Moves[len(t.out.Moves)-1].Done = true
}

// finish writes down what the turn left behind.
func (t *turn) finish() Turn {
	t.flushLead()
	if len(t.heards) > 0 {
		t.effect(Told{Cases: t.heards})
	}
	if t.heard() {
		t.s.At = t.in.At.Unix()
	}
	if t.s.Flow != "" || t.s.Parked != nil {
		t.s.Catalog = t.c.version
	} else {
		t.s.Catalog = 0
	}
	t.out.Session = t.s
	t.out.End = t.out.End || t.ended && t.s.Flow == "" && !t.handed
	t.wake()
	if len(t.out.Messages) == 0 && t.out.Silence == "" {
		t.out.Silence = "there is nothing to say to this"
	}
	return t.out
}

// heard reports that the input came from the person, not from a clock or the
// desk.
func (t *turn) heard() bool {
	switch t.in.Kind {
	case InputRemind, InputExpire, InputResume, InputMove:
		return false
	default:
		return true
	}
}
