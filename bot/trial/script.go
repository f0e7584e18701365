package trial

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"nagorik/flows"
)

// Bounds of a script.
const (
	maxLines   = 200  // things said
	maxLine    = 4000 // bytes of one
	maxAnswers = 60   // answers given at the beginning: as many as a flow has slots
	maxPhotos  = 10   // photos sent at once
)

// pause is how long a person of a script takes for each answer.
const pause = 20 * time.Second

// ErrScript says that a script cannot be gone through.
var ErrScript = errors.New("the conversation cannot be gone through")

// Script is what was said in a trial. It is all that is kept of one, and only
// by whoever tries.
type Script struct {
	Channel string            `json:"channel"` // "messenger" or "sms"
	Lang    string            `json:"lang,omitempty"`
	Begun   int64             `json:"begun"` // in seconds since 1970
	Flow    string            `json:"flow,omitempty"`
	State   string            `json:"state,omitempty"` // empty: from the beginning of Flow, or of everything
	Answers map[string]string `json:"answers,omitempty"`
	Lines   []Line            `json:"lines,omitempty"`
}

// Line is one thing said, or not said: Kind flows.InputRemind stands for
// silence until something happens.
type Line struct {
	Kind    flows.InputKind `json:"kind"`
	Text    string          `json:"text,omitempty"`
	Payload string          `json:"payload,omitempty"`
	Photos  int             `json:"photos,omitempty"`
	Lat     float64         `json:"lat,omitempty"`
	Lon     float64         `json:"lon,omitempty"`
}

// Exchange is a line and what followed; the first of a script has none.
type Exchange struct {
	Line Line
	Turn flows.Turn
	Idle bool // nothing would happen, however long one is silent
}

// Check refuses a script that nobody could have written.
func (s Script) Check() error {
	if s.Channel != Messenger().Name && s.Channel != SMS().Name {
		return fmt.Errorf("%w: there is no channel %q to try", ErrScript, s.Channel)
	}
	if len(s.Lines) > maxLines {
		return fmt.Errorf("%w: more than %d lines; begin anew", ErrScript, maxLines)
	}
	if len(s.Answers) > maxAnswers {
		return fmt.Errorf("%w: more than %d answers", ErrScript, maxAnswers)
	}
	for _, l := range s.Lines {
		if err := l.check(); err != nil {
			return err
		}
	}
	return nil
}

func (l Line) check() error {
	switch l.Kind {
	case flows.InputText, flows.InputChoice, flows.InputPhotos, flows.InputLocation, flows.InputRemind:
	default:
		return fmt.Errorf("%w: nobody says %q", ErrScript, l.Kind)
	}
	outside := math.Abs(l.Lat) > 90 || math.Abs(l.Lon) > 180
	if len(l.Text) > maxLine || len(l.Payload) > maxLine || l.Photos < 0 || l.Photos > maxPhotos || outside {
		return fmt.Errorf("%w: a line is too long, or a pin is not on the earth", ErrScript)
	}
	return nil
}

// Play goes through a script. A place that is gone, or an answer that is none
// any more, is an error; flows.ErrPlace and *flows.AnswerError are among them.
func Play(catalog *flows.Catalog, s Script) (*Trial, []Exchange, error) {
	if err := s.Check(); err != nil {
		return nil, nil, err
	}
	face := Messenger()
	if s.Channel == SMS().Name {
		face = SMS()
	}
	t := New(catalog, face, s.Lang)
	at := time.Unix(s.Begun, 0)
	first, err := t.begin(s, at)
	if err != nil {
		return nil, nil, err
	}
	list := []Exchange{{Turn: first}}
	photos := 0
	for _, l := range s.Lines {
		at = at.Add(pause)
		x := Exchange{Line: l}
		in := flows.Input{Kind: l.Kind, Text: l.Text, Payload: l.Payload, Lat: l.Lat, Lon: l.Lon}
		switch l.Kind {
		case flows.InputRemind:
			in.Kind, at = t.wakeWith, at.Add(t.wake)
			x.Idle = t.wakeWith == ""
		case flows.InputPhotos:
			for range max(l.Photos, 1) {
				photos++
				in.Photos = append(in.Photos, "photo-"+strconv.Itoa(photos))
			}
		}
		if in.At = at; !x.Idle {
			x.Turn = t.Say(in)
		}
		list = append(list, x)
	}
	return t, list, nil
}

// begin is what is said before the first line.
func (t *Trial) begin(s Script, at time.Time) (flows.Turn, error) {
	if s.Flow == "" {
		return t.Say(flows.Input{Kind: flows.InputStart, At: at}), nil
	}
	if s.State == "" && len(s.Answers) == 0 {
		if _, ok := t.catalog.Flow(s.Flow); !ok {
			return flows.Turn{}, fmt.Errorf("%w: service %q", flows.ErrPlace, s.Flow)
		}
		return t.Say(flows.Input{Kind: flows.InputStart, Ref: s.Flow, At: at}), nil
	}
	place := flows.Place{Flow: s.Flow, State: s.State, Answers: s.Answers}
	if f, ok := t.catalog.Flow(s.Flow); ok && place.State == "" {
		place.State = f.States[0].Name
	}
	return t.Jump(place, at)
}
