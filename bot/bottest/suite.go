package bottest

import (
	"strings"
	"testing"

	"nagorik/bot"
)

// Suite asks of a channel what every channel must keep. The optional powers
// of the harness (Forger, Breaker) widen it.
func Suite(t *testing.T, h Harness) {
	s := &suite{h: h, ch: h.Channel()}
	t.Run("name", s.name)
	t.Run("forged calls are refused", s.forged)
	t.Run("odd bytes are accepted", s.odd)
	t.Run("same id, same event", s.sameID)
	t.Run("events come in order of time", s.order)
	t.Run("text comes in unharmed", s.textIn)
	t.Run("hostile text comes in safe", s.hostileIn)
	t.Run("photos", s.photos)
	t.Run("pin", s.pin)
	t.Run("start", s.start)
	t.Run("text goes out unharmed", s.textOut)
	t.Run("hostile text goes out safe", s.hostileOut)
	t.Run("choices go out and come back", s.choices)
	t.Run("long text is cut at borders", s.long)
	t.Run("failures have outcomes", s.failures)
	t.Run("cancelled context", s.cancelled)
}

type suite struct {
	h      Harness
	ch     bot.Channel
	people int
}

// person is somebody the suite has not met yet.
func (s *suite) person() string {
	s.people++
	return s.h.Address(s.people)
}

// bring receives what was said and returns all events of it.
func (s *suite) bring(t *testing.T, said ...Said) []bot.Event {
	t.Helper()
	var events []bot.Event
	for _, call := range s.h.Calls(said...) {
		d, err := s.ch.Receive(t.Context(), call)
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		events = append(events, d.Events...)
	}
	return events
}

// one is the only event of what was said.
func (s *suite) one(t *testing.T, said Said) bot.Event {
	t.Helper()
	events := s.bring(t, said)
	if len(events) != 1 {
		t.Fatalf("%d events, want 1: %+v", len(events), events)
	}
	e := events[0]
	if e.Channel != s.ch.Name() || e.Address != said.Address || e.ProviderID == "" {
		t.Errorf("event of %q from %q with id %q", e.Channel, e.Address, e.ProviderID)
	}
	return e
}

func (s *suite) name(t *testing.T) {
	name := s.ch.Name()
	if name == "" || name != strings.ToLower(name) {
		t.Errorf("name %q", name)
	}
	if face := s.ch.Face(); face.Name != name {
		t.Errorf("face of %q is named %q", name, face.Name)
	}
}
