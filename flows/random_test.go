package flows

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nagorik/flows/place"
)

// Bounds of a random dialogue.
const (
	mostTurns  = 12     // said at random
	mostRight  = 60     // right answers after which a dialogue must be over
	rightOneIn = 25     // of so many dialogues one is brought to its end
	allStates  = 10_000 // dialogues with a service after which each of its questions was asked
)

// stranger says things at random to a catalogue. It fails with all that was
// said, so that it can be said again.
type stranger struct {
	c     *Catalog
	rng   *rand.Rand
	d     Input // what stays the same
	s     Session
	last  Turn
	cases int64
	said  []string
	stood map[string]bool // states that were asked in
}

func newStranger(c *Catalog, seed uint64) *stranger {
	p := &stranger{c: c, rng: rand.New(rand.NewPCG(seed, 7)), cases: 10234, stood: map[string]bool{}}
	list := []string{"sms", "messenger", "web", "phone", "counter"}
	p.d = Input{Face: faces[list[p.rng.IntN(len(list))]], Owner: OwnerBot, Codes: p.rng.IntN(2) == 0, SMS: p.rng.IntN(4) > 0, At: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC).Add(time.Duration(p.rng.IntN(365*24)) * time.Hour)}
	p.s.Language = c.codes[p.rng.IntN(len(c.codes))]
	return p
}

// say steps, and holds what is true of every turn.
func (p *stranger) say(in Input) (err error) {
	p.said = append(p.said, fmt.Sprintf("%s %q %q", in.Kind, in.Text, in.Payload))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	p.d.At = p.d.At.Add(time.Minute)
	in.Face, in.Owner, in.Codes, in.SMS, in.At, in.Case = p.d.Face, p.d.Owner, p.d.Codes, p.d.SMS, p.d.At, p.cases
	for round := 0; ; round++ {
		turn := p.c.Step(p.s, in)
		if len(turn.Lookups) == 0 {
			p.last, p.s = turn, turn.Session
			return p.sound()
		}
		if round > 6 {
			return fmt.Errorf("still asks for %+v", turn.Lookups)
		}
		p.find(&in.Found, turn.Lookups)
	}
}

// find answers look-ups from a world of chance.
func (p *stranger) find(found *Found, wants []Lookup) {
	for _, w := range wants {
		switch w.Kind {
		case LookupRemembered:
			found.Remembered = map[string]Value{}
		case LookupMine:
			found.Mine = []CaseFound{}
			if p.rng.IntN(2) == 0 {
				found.Mine = append(found.Mine, CaseFound{Number: 10100, Flow: p.c.flows[0].id, Status: "resolved", UpdatedAt: p.d.At, Mine: true})
			}
		case LookupCase:
			if found.Cases == nil {
				found.Cases = map[int64]*CaseFound{}
			}
			found.Cases[w.Number] = nil
			if p.rng.IntN(2) == 0 {
				found.Cases[w.Number] = &CaseFound{Number: w.Number, Flow: p.c.flows[0].id, Status: []string{"new", "resolved"}[p.rng.IntN(2)], UpdatedAt: p.d.At, Mine: p.rng.IntN(2) == 0}
			}
		case LookupDesk:
			if found.Desk == nil {
				found.Desk = map[string]DeskFound{}
			}
			found.Desk[w.Team] = DeskFound{}
		case LookupNear:
			found.Near = []NearFound{}
		case LookupProof:
			found.Proof = &ProofFound{Phone: w.Phone, Known: p.rng.IntN(3) == 0, Open: p.rng.IntN(2) == 0}
		case LookupCode:
			found.Code = &CodeFound{ID: "sent", Right: p.rng.IntN(2) == 0, Left: p.rng.IntN(3)}
		case LookupRegister:
			if found.Registers == nil {
				found.Registers = map[RowKey]*RegisterFound{}
			}
			found.Registers[RowKey{w.Register, w.Key}] = p.row()
		case LookupReturn:
			found.Return = &ReturnFound{}
		case LookupRating:
			found.RatingAsked = new(time.Time)
		}
	}
}

// row is what a register may answer: it is not there, has no such row, or has
// one with or without proof and telephone.
func (p *stranger) row() *RegisterFound {
	r := &RegisterFound{Loaded: p.rng.IntN(4) > 0}
	if r.Found = r.Loaded && p.rng.IntN(3) > 0; !r.Found {
		return r
	}
	r.Proof, r.Proven, r.Open = p.rng.IntN(3) > 0, p.rng.IntN(3) == 0, p.rng.IntN(3) > 0
	if p.rng.IntN(3) > 0 {
		r.Phone = "+8801712345678"
	}
	r.Fields = map[string]RowField{"owner": {Type: FieldName, Text: "রহিম উদ্দিন"}, "due": {Type: FieldAmount, Text: "1250.5"}}
	return r
}

// sound holds a turn's bounds, and that it stands where something is asked.
func (p *stranger) sound() error {
	turn := p.last
	switch {
	case len(turn.Messages) == 0 && turn.Silence == "":
		return fmt.Errorf("nothing is said and no reason given")
	case len(turn.Messages) > maxMessages || len(turn.Effects) > maxEffects || len(turn.Moves) > 2*maxEntered:
		return fmt.Errorf("%d messages, %d effects, %d moves", len(turn.Messages), len(turn.Effects), len(turn.Moves))
	}
	for _, m := range turn.Messages {
		if m.Text == "" {
			return fmt.Errorf("an empty message: %+v", m)
		}
	}
	for _, e := range turn.Effects {
		if o, ok := e.(OpenCase); ok && o.Number == p.cases {
			p.cases++
		}
	}
	for _, m := range turn.Moves {
		if m.Why == "too many states in one turn" {
			return fmt.Errorf("it goes round in %s", m.Flow)
		}
	}
	if p.s.Flow == "" {
		return nil
	}
	f := p.c.byFlowID(p.s.Flow)
	if f == nil {
		return fmt.Errorf("it is in a service %q that is none", p.s.Flow)
	}
	i := slices.IndexFunc(f.states, func(s state) bool { return s.name == p.s.State })
	if i < 0 {
		return fmt.Errorf("it is in a state %q that %s has not", p.s.State, f.id)
	}
	if f.states[i].kind != stateAsk {
		return fmt.Errorf("it stands in %s of %s, where nothing is asked", p.s.State, f.id)
	}
	p.stood[f.id+" "+p.s.State] = true
	return nil
}

// random is something people say, half of the time an answer to what is asked.
func (p *stranger) random() Input {
	switch n := len(p.buttons()); {
	case n > 0 && p.rng.IntN(3) == 0:
		b := p.buttons()[p.rng.IntN(n)]
		return Input{Kind: InputChoice, Payload: b.Payload, Text: b.Title}
	case p.rng.IntN(2) == 0:
		return p.right()
	}
	switch p.rng.IntN(8) {
	case 0:
		return Input{Kind: InputPhotos, Photos: []string{"p" + strconv.Itoa(len(p.said))}}
	case 1:
		return Input{Kind: InputLocation, Lat: 21.1 + p.rng.Float64()/5, Lon: 90.5 + p.rng.Float64()/5}
	case 2:
		return Input{Kind: []InputKind{InputRemind, InputExpire, InputOther}[p.rng.IntN(3)]}
	default:
		return typed(sayings[p.rng.IntN(len(sayings))])
	}
}

func (p *stranger) buttons() []Choice {
	if n := len(p.last.Messages); n > 0 {
		return p.last.Messages[n-1].Choices
	}
	return nil
}

// right is an answer that the standing question takes.
func (p *stranger) right() Input {
	f := p.c.byFlowID(p.s.Flow)
	if f == nil || p.s.Ask != "" {
		return typed("1")
	}
	sl := f.slot(slotOfState(f, p.s.State))
	if sl == nil {
		return typed("1")
	}
	switch sl.kind {
	case SlotChoice:
		if sl.several {
			list := make([]string, 0, len(sl.choices))
			for i := range min(len(sl.choices), int(max(sl.min, 2))) {
				list = append(list, strconv.Itoa(i+1))
			}
			return typed(strings.Join(list, ", "))
		}
		return typed(strconv.Itoa(1 + p.rng.IntN(len(sl.choices))))
	case SlotConfirm:
		return typed("1")
	case SlotWard:
		return typed("5")
	case SlotPhoto:
		if sl.optional {
			return typed("বাদ")
		}
		if v, ok := p.s.Answer(sl.name); ok && len(v.List) > 0 {
			return typed("শেষ")
		}
		return Input{Kind: InputPhotos, Photos: []string{"p" + strconv.Itoa(len(p.said))}}
	case SlotPhone:
		return typed("01712345678")
	case SlotDate:
		return typed("আজ")
	case SlotCode:
		return typed("123456")
	case SlotNumber, SlotAmount:
		if sl.bounded {
			return typed(strconv.FormatFloat(min(max(sl.min, 10234), sl.max), 'f', -1, 64))
		}
		return typed("10234")
	default:
		return typed(strings.Repeat("স্কুল রোডের মাথায় ", 1+int(sl.min)/18))
	}
}

// dialogue begins a service and says things at random; now and then it must
// come to its end by right answers.
func (p *stranger) dialogue(id string) error {
	if err := p.say(Input{Kind: InputStart, Ref: id}); err != nil {
		return err
	}
	for range 1 + p.rng.IntN(mostTurns) {
		if err := p.say(p.random()); err != nil {
			return err
		}
		if p.s.Flow == "" {
			return nil
		}
	}
	if p.rng.IntN(rightOneIn) > 0 {
		return nil
	}
	for range mostRight {
		if p.s.Flow == "" {
			return nil
		}
		if err := p.say(p.right()); err != nil {
			return err
		}
	}
	return fmt.Errorf("after %d right answers it still stands in %s of %s", mostRight, p.s.State, p.s.Flow)
}

// TestRandomDialogues holds that no service panics, gets stuck or comes to a
// state that it has not, whatever is said.
func TestRandomDialogues(t *testing.T) {
	c := shipped(t)
	c.Learn()
	n := randomDialogues
	if testing.Short() {
		n /= 50
	}
	for i, f := range c.flows {
		t.Run(f.id, func(t *testing.T) {
			t.Parallel()
			stood := map[string]bool{}
			for j := range n {
				p := newStranger(c, uint64(i*randomDialogues+j))
				p.stood = stood
				if err := p.dialogue(f.id); err != nil {
					t.Fatalf("dialogue %d on %s in %s: %v after\n%s", j, p.d.Face.Name, p.s.Language, err, strings.Join(p.said, "\n"))
				}
			}
			for _, st := range f.states {
				if n >= allStates && st.kind == stateAsk && !stood[f.id+" "+st.name] {
					t.Errorf("nobody came to %s", st.name)
				}
			}
		})
	}
}

// mutants of the shipped file that are tried, and dialogues with each service
// of one that is accepted.
const (
	mutants         = 150
	mutantDialogues = 3
)

// mutate changes lines of a text as a slip of the hand would: it leaves out,
// doubles, swaps, renames, or gives a value from somewhere else.
func mutate(rng *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	flows := slices.Index(lines, "flows:\n") + 1
	for range 1 + rng.IntN(3) {
		i := flows + rng.IntN(len(lines)-flows)
		if rng.IntN(5) == 0 {
			i = rng.IntN(len(lines))
		}
		j := flows + rng.IntN(len(lines)-flows)
		end := blockEnd(lines, i)
		switch rng.IntN(6) {
		case 0:
			lines = slices.Delete(lines, i, end)
		case 1:
			lines = slices.Insert(lines, i, slices.Clone(lines[i:end])...)
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
		case 3: // another name
			lines[i] = strings.Replace(lines[i], "_", "x", 1)
		default: // another value
			key, _, ok := strings.Cut(lines[i], ": ")
			_, value, found := strings.Cut(lines[j], ": ")
			if ok && found {
				lines[i] = key + ": " + value
			}
		}
	}
	return strings.Join(lines, "")
}

// blockEnd is the line after those that stand below a line.
func blockEnd(lines []string, i int) int {
	depth := func(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
	end := i + 1
	for end < len(lines) && end < i+60 && depth(lines[end]) > depth(lines[i]) {
		end++
	}
	return end
}

// TestMutantsAreRefusedOrSound changes the shipped file at random: check
// refuses it, or no dialogue with it panics, gets stuck or comes to a state that
// it has not.
func TestMutantsAreRefusedOrSound(t *testing.T) {
	base := string(shipped(t).files[0].Text)
	n := mutants
	if testing.Short() || randomDialogues < 10_000 {
		n /= 10
	}
	refused := 0
	for seed := range n {
		text := mutate(rand.New(rand.NewPCG(uint64(seed), 11)), base)
		c, faults := Load(place.Sample(), File{Name: "flows.yaml", Text: []byte(text)})
		if c == nil {
			if refused++; len(faults) == 0 {
				t.Fatalf("mutant %d is refused without a fault", seed)
			}
			continue
		}
		for i, f := range c.flows {
			for j := range mutantDialogues {
				p := newStranger(c, uint64(seed*1000+i*10+j))
				p.c.learnt = nil // what it learns is not what is tried
				if err := p.dialogue(f.id); err != nil {
					t.Fatalf("mutant %d, dialogue %d with %s on %s: %v after\n%s", seed, j, f.id, p.d.Face.Name, err, strings.Join(p.said, "\n"))
				}
			}
		}
	}
	t.Logf("%d of %d mutants are refused", refused, n)
	if refused == 0 || refused == n {
		t.Error("the mutants are no good: all are refused, or none")
	}
}
