package sse

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"
)

func TestWhatIsSent(t *testing.T) {
	w := httptest.NewRecorder()
	s, err := Open(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Send(), s.Send(Event{ID: "1", Name: "case", Data: []byte(`{"a":1}`)}, Event{ID: "2", Data: []byte("{}")}), s.Beat()); err != nil {
		t.Fatal(err)
	}
	want := "retry: 2000\n\nid: 1\nevent: case\ndata: {\"a\":1}\n\nid: 2\ndata: {}\n\n: \n\n"
	if got := w.Body.String(); got != want || !w.Flushed {
		t.Errorf("got %q", got)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// stuck is a connection whose reader takes nothing.
type stuck struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (s *stuck) SetWriteDeadline(at time.Time) error { s.deadline = at; return nil }

func (s *stuck) Write([]byte) (int, error) {
	if s.deadline.IsZero() {
		return 0, nil
	}
	return 0, errors.New("i/o timeout")
}

func TestAReaderWhoTakesNothingIsLeft(t *testing.T) {
	w := &stuck{ResponseRecorder: httptest.NewRecorder()}
	if _, err := Open(w); err == nil {
		t.Error("nobody minds")
	}
	if w.deadline.IsZero() {
		t.Error("a write has no time limit")
	}
	Patient(w)
	if !w.deadline.IsZero() {
		t.Error("a patient answer has a time limit")
	}
}

func TestPlaces(t *testing.T) {
	p := NewPlaces(3)
	a, b := Claim{"a", 2}, Claim{"b", 1}
	first, ok1 := p.Take(a, b)
	second, ok2 := p.Take(a)
	if !ok1 || !ok2 {
		t.Fatal("free places are refused")
	}
	if _, ok := p.Take(a); ok {
		t.Error("one too many under a key")
	}
	if _, ok := p.Take(Claim{"c", 9}, b); ok {
		t.Error("one too many under the second key")
	}
	third, ok := p.Take()
	if _, more := p.Take(); !ok || more || p.Taken() != 3 {
		t.Errorf("one too many in all: %v, %v, %d taken", ok, more, p.Taken())
	}
	for _, release := range []func(){first, first, second, third} {
		release() // twice is once
	}
	if p.Taken() != 0 || len(p.held) != 0 {
		t.Errorf("%d places are taken, held %v", p.Taken(), p.held)
	}
}
