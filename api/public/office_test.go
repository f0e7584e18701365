package public

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
)

// office answers by the flows of the catalogue and remembers in memory what the
// record would keep.
type office struct {
	open    bool
	catalog *flows.Catalog
	people  map[string]*person
	cases   []flows.OpenCase
}

// person is somebody at an address.
type person struct {
	stand      handoff.Stand
	session    flows.Session
	remembered map[string]flows.Value
}

const firstCase = 10001

func newOffice(t testing.TB) *office {
	t.Helper()
	var files []flows.File
	for _, name := range []string{"../../flows.yaml", "../../flows/testdata/slots.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, flows.File{Name: name, Text: text})
	}
	catalog, faults := flows.Load(place.Sample(), files...)
	if catalog == nil {
		t.Fatal(faults)
	}
	return &office{catalog: catalog, people: map[string]*person{}}
}

// newOpenOffice is a city whose bot answers by its flows.
func newOpenOffice(t testing.TB) *demo {
	d := newDemo(t)
	d.office.open = true
	return d
}

func (d *demo) stand(_ context.Context, address string) (handoff.Stand, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken.Load() {
		return handoff.Stand{}, errors.New("no database")
	}
	if p := d.office.people[address]; p != nil {
		return p.stand, nil
	}
	return handoff.Stand{}, nil
}

// person is the one at the address of an event, met perhaps for the first time.
func (o *office) person(e bot.Event) (p *person, first bool) {
	if p = o.people[e.Address]; p != nil {
		return p, false
	}
	p = &person{remembered: map[string]flows.Value{}, session: flows.Session{Language: e.Lang}}
	p.stand.Owner = flows.OwnerBot
	o.people[e.Address] = p
	return p, true
}

// openHour is a time when the sample city's offices are open, whenever the test
// runs.
var openHour = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// answer steps the flows. The caller holds the demo's lock.
func (o *office) answer(d *demo, e bot.Event) {
	p, first := o.person(e)
	in := flows.Input{
		Kind: flows.InputText, Text: e.Text, Payload: e.Payload, Ref: e.Ref, At: openHour.Add(d.clock.Sub(d.began)), Face: d.chat.Face(),
		Owner: p.stand.Owner, First: first, Muted: p.stand.Muted, Case: firstCase + int64(len(o.cases)),
	}
	switch {
	case e.Kind == bot.EventStart:
		in.Kind = flows.InputStart
	case e.Tapped:
		in.Kind = flows.InputChoice
	case len(e.Media) > 0:
		in.Kind = flows.InputPhotos
		for _, m := range e.Media {
			in.Photos = append(in.Photos, m.SHA256)
		}
	}
	turn := o.catalog.Step(p.session, in)
	for range 10 {
		if len(turn.Lookups) == 0 {
			break
		}
		in.Found = flows.Found{Remembered: p.remembered, Mine: []flows.CaseFound{}, Cases: map[int64]*flows.CaseFound{}, Desk: map[string]flows.DeskFound{}}
		// Nobody else reports, nothing has changed, and no code is sent here.
		in.Found.Near, in.Found.Return, in.Found.RatingAsked = []flows.NearFound{}, &flows.ReturnFound{}, new(time.Time)
		in.Found.Proof, in.Found.Code = &flows.ProofFound{}, &flows.CodeFound{}
		for _, l := range turn.Lookups {
			in.Found.Cases[l.Number] = nil
			in.Found.Registers = map[flows.RowKey]*flows.RegisterFound{{Register: l.Register, Key: l.Key}: {}} // none is uploaded here
			in.Found.Desk[l.Team] = flows.DeskFound{}                                                          // nobody else waits
		}
		turn = o.catalog.Step(p.session, in)
	}
	o.settle(p, turn)
	for _, m := range turn.Messages {
		d.add(e.Address, web.Line{Direction: "out", Author: "bot", Text: m.Text, Choices: m.Choices, Wants: m.Wants})
	}
}

// settle keeps what a turn left behind.
func (o *office) settle(p *person, turn flows.Turn) {
	p.session, p.stand.Session = turn.Session, turn.Session.AppendJSON(nil)
	p.stand.Heard, p.stand.Replies = true, nil
	if turn.Session.Flow != "" {
		p.stand.Flow = turn.Session.Flow
	} else if n := len(turn.Moves); n > 0 && turn.Moves[n-1].Flow != "" {
		p.stand.Flow = turn.Moves[n-1].Flow
	}
	for _, m := range turn.Messages {
		p.stand.Replies = append(p.stand.Replies, handoff.StandReply{Author: "bot", Text: m.Text})
	}
	for _, e := range turn.Effects {
		switch e := e.(type) {
		case flows.OpenCase:
			o.cases = append(o.cases, e)
		case flows.Remember:
			p.remembered[e.Slot] = e.Value
		case flows.Handoff:
			p.stand.Owner = flows.OwnerQueue
		case flows.Reclaim:
			p.stand.Owner = flows.OwnerBot
		case flows.Mute:
			p.stand.Muted = e.On
		}
	}
}
