package flows

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/flows/gsm"
)

const (
	maxPlayed    = 250 // of them in each world; of a service with more, some of all sorts
	maxQuestions = 60  // of one way
	mostAnswer   = 3   // segments of an answer by SMS; the menu may have more
)

// given is one answer, before a face says it in its own manner. The zero given
// stands for whatever the slot's type alone answers: yes, a phone number, a text.
type given struct {
	skip    bool
	unknown bool
	picks   []int // choices by their index
	number  float64
	day     time.Time
}

// way is what is answered to each slot, on one way through a service.
type way map[string]given

// world is what the city knows before anybody speaks.
type world struct {
	name string
	at   time.Time
	mine bool // the person has a case on record
}

var worlds = []world{
	{"a stranger", time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), false},
	{"somebody with a case", time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC), true},
}

// seen is where a way has led.
type seen struct {
	Effects []Effect
	Flow    string
	State   string
	End     bool
}

// player is somebody on one face.
type player struct {
	*desk
	manner manner
	flow   *flow
	seen   seen
}

func newPlayer(t testing.TB, c *Catalog, w world, m manner, f *flow) *player {
	d := newDesk(t, c)
	d.face, d.at = m.face, w.at
	if !f.live(d.at) {
		d.at = seasonOf(t, f)
	}
	if f.proves {
		d.directive(":codes 204816")
	}
	d.file("10001 " + f.id + " new")
	d.number = 10002
	if w.mine {
		d.file("10002 " + f.id + " resolved mine")
		d.number = 10003
	}
	p := &player{desk: d, manner: m, flow: f}
	p.begin()
	return p
}

// seasonOf is a day on which a service is live.
func seasonOf(t testing.TB, f *flow) time.Time {
	from := f.season[0].from
	if len(from) == len(yearly) {
		from = "2026-" + from
	}
	day, err := time.ParseInLocation(time.DateOnly, from, dhaka)
	if err != nil {
		t.Fatal(err)
	}
	return day.Add(12 * time.Hour)
}

func (p *player) clone() *player {
	d, other := *p.desk, *p
	d.remembered, d.cases = maps.Clone(d.remembered), maps.Clone(d.cases)
	d.session, d.buttons = slices.Clone(d.session), slices.Clone(d.buttons)
	other.desk, other.seen.Effects = &d, slices.Clip(other.seen.Effects)
	return &other
}

// do takes one input; none may be misunderstood.
func (p *player) do(in Input) {
	p.t.Helper()
	before := p.last.Session
	turn := p.step(in)
	if turn.Missed {
		p.t.Fatalf("%s: at %s/%s (ask %q) %+v is not understood: %+v", p.manner.name, before.Flow, before.State, before.Ask, in, turn.Messages)
	}
	for _, m := range turn.Messages {
		if n := gsm.Segments(gsm.OneLetter(m.Text)).Segments; p.face.Short && n > mostAnswer && !strings.HasPrefix(turn.Session.Ask, askMenu) {
			p.t.Errorf("%s/%s: an SMS of %d segments, more than %d:\n%s", turn.Session.Flow, turn.Session.State, n, mostAnswer, m.Text)
		}
	}
	p.seen.Effects = append(p.seen.Effects, turn.Effects...)
	p.seen.Flow, p.seen.State, p.seen.End = turn.Session.Flow, turn.Session.State, turn.End
}

func (p *player) begin() {
	p.t.Helper()
	p.manner.begin(p)
	if s := p.last.Session; s.Flow != p.flow.id && !p.over() {
		p.t.Fatalf("%s: %s does not begin; the session is %s", p.manner.name, p.flow.id, p.session)
	}
}

// over says that the service has come to an end, or to people.
func (p *player) over() bool {
	return p.owner != OwnerBot || p.last.Session.Flow == "" && len(p.last.Moves) > 0
}

// question is the slot that is asked.
func (p *player) question() *slot {
	return p.flow.slot(slotOfState(p.flow, p.last.Session.State))
}

// answer gives one answer, with the "that was all" that some need.
func (p *player) answer(g given) {
	p.t.Helper()
	state, sl := p.last.Session.State, p.question()
	if g.skip {
		p.manner.command(p, commandSkip)
		return
	}
	p.manner.answer(p, sl, g)
	if !p.over() && p.last.Session.State == state && (sl.kind == SlotPhoto || sl.several) {
		p.manner.command(p, commandDone)
	}
}

// play goes a whole way. A face that cannot give an answer is not asked for it.
func (p *player) play(w way) seen {
	p.t.Helper()
	asked := map[string]bool{}
	for range maxQuestions {
		if p.over() {
			return p.seen
		}
		name := p.question().name
		g, ok := w[name]
		if !ok {
			p.t.Fatalf("%s: %s/%s asks %s, which the other faces do not", p.manner.name, p.flow.id, p.last.Session.State, name)
		}
		if asked[name] {
			return p.seen // the answer led back to its own question
		}
		asked[name] = true
		p.answer(g)
	}
	p.t.Fatalf("%s: %s does not end", p.manner.name, p.flow.id)
	return seen{}
}

// TestFacesComeToTheSame plays every way through every service on every face:
// Messenger's buttons, SMS, the web chat and the form. Each comes to the same
// case, or to the same end without one.
func TestFacesComeToTheSame(t *testing.T) {
	c := shipped(t)
	for _, f := range c.flows {
		t.Run(f.id, func(t *testing.T) { facesAgree(t, c, f, worlds...) })
	}
	all := withSlots(t)
	t.Run("all_slots", func(t *testing.T) { facesAgree(t, all, all.byFlowID("all_slots"), worlds[:1]...) })
}

func facesAgree(t *testing.T, c *Catalog, f *flow, worlds ...world) {
	entered, ways, played, cases := map[string]bool{}, 0, 0, 0
	for _, w := range worlds {
		x := explore(newPlayer(t, c, w, manners[0], f))
		maps.Copy(entered, x.entered)
		ways += len(x.found)
		for i := 0; i < len(x.found); i += 1 + len(x.found)/maxPlayed {
			way := x.found[i]
			played++
			want := newPlayer(t, c, w, manners[0], f).play(way)
			cases += len(casesIn(want))
			for _, m := range manners[1:] {
				got := newPlayer(t, c, w, m, f).play(way)
				if a, b := inCommon(want, m.face), inCommon(got, m.face); !reflect.DeepEqual(a, b) {
					t.Fatalf("%s, %+v:\n%s: %+v\n%s: %+v", w.name, way, manners[0].name, a, m.name, b)
				}
			}
		}
	}
	for _, st := range f.states {
		if (st.kind == stateOpenCase || st.kind == stateHandoff || st.kind == stateEnd) && !entered[st.name] && !reckons(f) {
			t.Errorf("no way leads to %s", st.name)
		}
	}
	if f.opens && cases == 0 {
		t.Error("no way leads to a case")
	}
	t.Logf("%d ways, %d of them played on %d faces, %d to a case", ways, played, len(manners), cases)
}

// reckons says that a service decides by what is worked out or set, so that the
// answers tried here need not lead everywhere.
func reckons(f *flow) bool {
	for _, st := range f.states {
		if st.kind == stateCompute || slices.ContainsFunc(st.branches, func(c condition) bool { return len(c.uses) == 0 }) {
			return true
		}
	}
	return false
}

func casesIn(s seen) (list []OpenCase) {
	for _, e := range s.Effects {
		switch c := e.(type) {
		case OpenCase:
			list = append(list, c)
		case ReopenCase:
			list = append(list, OpenCase{Number: c.Number})
		}
	}
	return list
}

// inCommon leaves out what a face cannot give: photos by SMS.
func inCommon(s seen, face Face) seen {
	s.Effects = slices.Clone(s.Effects)
	for i, e := range s.Effects {
		if c, ok := e.(OpenCase); ok && !face.Photos {
			c.Photos = nil
			s.Effects[i] = c
		}
		if c, ok := e.(ReopenCase); ok && !face.Photos {
			c.Photos = nil
			s.Effects[i] = c
		}
	}
	return s
}
