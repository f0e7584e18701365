package sse

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Heartbeat is how often a stream that has nothing to say sends a line that
// means nothing, so that nobody on the way hangs up.
const Heartbeat = 20 * time.Second

const (
	retryMS     = 2000             // how long a browser waits before it connects again
	writeWithin = 10 * time.Second // for a reader who takes nothing any more; longer than a bad connection's pauses
)

// Event is one event. Name is empty for a browser's plain message; neither ID
// nor Name nor Data may hold a line break.
type Event struct {
	ID   string
	Name string
	Data []byte
}

// Stream is an open connection.
type Stream struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

// Open begins the answer. From now on each write has a time limit of its own,
// and the whole answer has none.
func Open(w http.ResponseWriter) (*Stream, error) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &Stream{w: w, out: http.NewResponseController(w)}
	return s, s.write("retry: " + strconv.Itoa(retryMS) + "\n\n")
}

// Send sends events at once.
func (s *Stream) Send(events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "id: %s\n", e.ID)
		if e.Name != "" {
			fmt.Fprintf(&b, "event: %s\n", e.Name)
		}
		fmt.Fprintf(&b, "data: %s\n\n", e.Data)
	}
	return s.write(b.String())
}

// Beat sends a line that means nothing.
func (s *Stream) Beat() error { return s.write(": \n\n") }

func (s *Stream) write(text string) error {
	s.out.SetWriteDeadline(time.Now().Add(writeWithin)) //nolint:errcheck // a writer without deadlines has none to set
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("write to a stream: %w", err)
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("flush a stream: %w", err)
	}
	return nil
}

// Patient lets an answer take as long as it wants to begin.
func Patient(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Time{}) //nolint:errcheck // a writer without deadlines has none to clear
}
