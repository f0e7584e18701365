// Package trial talks to a catalogue without a provider, a database or a
// record: in the terminal (nagorik chat) and beside the editor of the services.
// A [Trial] is one conversation and the small world it remembers; a [Script]
// is what was said in one, so that it can be gone through anew, over a
// catalogue that has changed meanwhile.
package trial

import (
	"strings"
	"time"

	"nagorik/flows"
	"nagorik/flows/gsm"
)

// rounds bounds how often a turn looks something up: one round for each kind
// of look-up, and the last step.
const rounds = 10

// FirstCase is the first case number in a trial: none of the real ones is used up.
const FirstCase = 10001

// Messenger and SMS are how the two channels show a dialogue, without a
// provider behind them.
func Messenger() flows.Face {
	return flows.Face{Name: "messenger", Buttons: true, MaxChoices: 13, Photos: true}
}

// SMS shows choices as numbers in the text.
func SMS() flows.Face { return flows.Face{Name: "sms", Short: true} }

// Trial is one conversation and the small world it remembers. It is for one
// goroutine.
type Trial struct {
	catalog    *flows.Catalog
	face       flows.Face
	session    flows.Session
	owner      flows.Owner
	remembered map[string]flows.Value
	cases      []flows.CaseFound
	heard      bool // something was said before
	muted      bool
	wakeWith   flows.InputKind
	wake       time.Duration
}

// New begins a trial; an empty language is the catalogue's default.
func New(catalog *flows.Catalog, face flows.Face, lang string) *Trial {
	return &Trial{
		catalog: catalog, face: face, owner: flows.OwnerBot, remembered: map[string]flows.Value{},
		session: flows.Session{Language: lang},
	}
}

// Session is where the conversation stands.
func (t *Trial) Session() flows.Session { return t.session }

// Owner is who answers now.
func (t *Trial) Owner() flows.Owner { return t.owner }

// Face is how the channel shows the dialogue.
func (t *Trial) Face() flows.Face { return t.face }

// Idle is what happens when nothing is heard for some time; an empty kind for
// nothing.
func (t *Trial) Idle() (flows.InputKind, time.Duration) { return t.wakeWith, t.wake }

// Say steps the conversation by one input, whose At the caller gives, and does
// what its effects say to the trial's own world.
func (t *Trial) Say(in flows.Input) flows.Turn {
	turn, _ := t.round(in, func(in flows.Input) (flows.Turn, error) { return t.catalog.Step(t.session, in), nil })
	return turn
}

// Jump begins at a place with some answers given.
func (t *Trial) Jump(to flows.Place, at time.Time) (flows.Turn, error) {
	return t.round(flows.Input{Kind: flows.InputStart, At: at}, func(in flows.Input) (flows.Turn, error) { return t.catalog.Jump(t.session, in, to) })
}

// round steps until nothing more is to be looked up.
func (t *Trial) round(in flows.Input, step func(flows.Input) (flows.Turn, error)) (turn flows.Turn, err error) {
	in.Face, in.Owner, in.First, in.Muted = t.face, t.owner, !t.heard, t.muted
	in.Case = FirstCase + int64(len(t.cases))
	for range rounds {
		if turn, err = step(in); err != nil {
			return turn, err
		}
		if len(turn.Lookups) == 0 {
			break
		}
		t.lookUp(turn.Lookups, &in.Found)
	}
	t.heard, t.session, t.wakeWith, t.wake = true, turn.Session, turn.WakeWith, turn.Wake
	for _, e := range turn.Effects {
		t.effect(e, in.At)
	}
	return turn, nil
}

// lookUp answers from the trial's own world.
func (t *Trial) lookUp(wants []flows.Lookup, found *flows.Found) {
	for _, w := range wants {
		switch w.Kind {
		case flows.LookupRemembered:
			found.Remembered = t.remembered
		case flows.LookupDesk:
			if found.Desk == nil {
				found.Desk = map[string]flows.DeskFound{}
			}
			found.Desk[w.Team] = flows.DeskFound{} // nobody else waits in a trial
		case flows.LookupNear:
			found.Near = []flows.NearFound{} // nobody else reports
		case flows.LookupReturn:
			found.Return = &flows.ReturnFound{}
		case flows.LookupRating:
			found.RatingAsked = new(time.Time)
		case flows.LookupProof:
			found.Proof = &flows.ProofFound{}
		case flows.LookupCode:
			found.Code = &flows.CodeFound{}
		case flows.LookupRegister:
			t.showRow(w, found)
		case flows.LookupMine:
			found.Mine = []flows.CaseFound{}
			for i := len(t.cases) - 1; i >= 0; i-- {
				found.Mine = append(found.Mine, t.cases[i])
			}
		case flows.LookupCase:
			if found.Cases == nil {
				found.Cases = map[int64]*flows.CaseFound{}
			}
			found.Cases[w.Number] = t.caseOf(w.Number)
		}
	}
}

// noRow ends a key that no register has in a trial.
const noRow = "0"

// showRow answers with a sample row: every field is its own name. A key that
// ends in 0 is in no register, so that the other way can be tried too.
func (t *Trial) showRow(w flows.Lookup, found *flows.Found) {
	if found.Registers == nil {
		found.Registers = map[flows.RowKey]*flows.RegisterFound{}
	}
	row := &flows.RegisterFound{Loaded: true, Found: w.Key != "" && !strings.HasSuffix(w.Key, noRow), Fields: map[string]flows.RowField{}}
	for _, use := range t.catalog.Registers() {
		if use.Register == w.Register && use.Field != "" {
			row.Fields[use.Field] = flows.RowField{Type: flows.FieldText, Text: "‹" + use.Field + "›"}
		}
	}
	found.Registers[flows.RowKey{Register: w.Register, Key: w.Key}] = row
}

// caseOf is a case of this trial, nil for any other number.
func (t *Trial) caseOf(number int64) *flows.CaseFound {
	if i := number - FirstCase; i >= 0 && i < int64(len(t.cases)) {
		return &t.cases[i]
	}
	return nil
}

func (t *Trial) effect(effect flows.Effect, at time.Time) {
	switch e := effect.(type) {
	case flows.OpenCase:
		t.cases = append(t.cases, flows.CaseFound{Number: e.Number, Flow: e.Flow, Title: e.Title, Status: "new", UpdatedAt: at, Mine: true})
	case flows.ReopenCase:
		if c := t.caseOf(e.Number); c != nil {
			c.Status, c.UpdatedAt = "reopened", at
		}
	case flows.Handoff:
		t.owner = flows.OwnerQueue
	case flows.Reclaim:
		t.owner = flows.OwnerBot
	case flows.Remember:
		t.remembered[e.Slot] = e.Value
	case flows.Mute:
		t.muted = e.On
	}
}

// BanglaEncoding is that of a text message with a letter outside the Latin
// ones: 70 characters, not 160.
const BanglaEncoding = gsm.UCS2

// Segments counts what a text takes as SMS, spelt as the channel sends it.
func Segments(text string) gsm.Count { return gsm.Segments(gsm.Plain(text)) }
