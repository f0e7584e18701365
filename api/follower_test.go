package api

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nagorik/bot"
	"nagorik/bot/sse"
	"nagorik/handoff"
)

// wire is the other end of a stream.
type wire struct {
	*httptest.ResponseRecorder
	mu  sync.Mutex
	cut bool
}

func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return 0, errors.New("i/o timeout")
	}
	return w.Body.Write(b)
}

// take returns what was sent since the last take.
func (w *wire) take() string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.Body.Reset()
	return w.Body.String()
}

// source gives hints to one listener after the other.
type source struct {
	mu    sync.Mutex
	heard chan bot.Hint
	open  int
	last  int64
}

func (s *source) Last() int64 { return s.last }

func (s *source) ListenAll() (hints <-chan bot.Hint, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan bot.Hint, 1)
	s.heard, s.open = ch, s.open+1
	return ch, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
	})
}

// listener is a follower under test.
type listener struct {
	source   source
	wire     *wire
	done     chan struct{}
	ended    chan struct{}
	err      error
	who, see answerOf
}

// answerOf is an error that a test may change while the stream asks for it.
type answerOf struct {
	mu  sync.Mutex
	err error
}

func (a *answerOf) set(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

func (a *answerOf) get() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

func listen(ctx context.Context) *listener {
	l := &listener{wire: &wire{ResponseRecorder: httptest.NewRecorder()}, done: make(chan struct{}), ended: make(chan struct{})}
	f := follower{
		live: &l.source, done: l.done, now: time.Now,
		who: func(context.Context) (handoff.Viewer, error) { return handoff.Viewer{}, l.who.get() },
		seen: func(_ context.Context, _ handoff.Viewer, hints []bot.Hint) ([]eventAnswer, error) {
			return make([]eventAnswer, len(hints)), l.see.get()
		},
	}
	go func() {
		defer close(l.ended)
		l.err = f.run(ctx, l.wire, "")
	}()
	return l
}

// over reports whether the stream has ended, and that it listens no more.
func (l *listener) over(t *testing.T) bool {
	synctest.Wait()
	select {
	case <-l.ended:
		if l.source.open != 0 {
			t.Errorf("it listens still, %d times", l.source.open)
		}
		return true
	default:
		return false
	}
}

func TestStreamBeatsWhileItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t.Context())
		l.wire.take()
		<-time.After(sse.Heartbeat)
		if got := l.wire.take(); got != ": \n\n" {
			t.Errorf("a heartbeat: %q", got)
		}
		l.who.set(errors.New("the database is away"))
		<-time.After(sse.Heartbeat)
		if got := l.wire.take(); got != ": \n\n" || l.over(t) {
			t.Errorf("without a database: %q", got)
		}
		l.who.set(errSignedOff)
		<-time.After(sse.Heartbeat)
		if !l.over(t) || !errors.Is(l.err, errSignedOff) {
			t.Errorf("signed off: %v", l.err)
		}
	})
}

func TestStreamThatMissedSomethingSaysSoOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := listen(t.Context())
		l.wire.take()
		close(l.source.heard)
		if got := l.wire.take(); got != "" {
			t.Errorf("at once: %q", got)
		}
		<-time.After(missedWait)
		if got := l.wire.take(); strings.Count(got, "event: refresh\n") != 1 || l.source.open != 1 {
			t.Errorf("a moment later: %q, %d listen", got, l.source.open)
		}
		l.see.set(errors.New("the database is away"))
		l.source.heard <- bot.Hint{}
		<-time.After(missedWait)
		if got := l.wire.take(); strings.Count(got, "event: refresh\n") != 1 {
			t.Errorf("hints that nobody can look up: %q", got)
		}
		l.see.set(nil)
		l.source.heard <- bot.Hint{}
		if got := l.wire.take(); strings.Count(got, "data: ") != 1 || strings.Contains(got, "refresh") {
			t.Errorf("afterwards: %q", got)
		}
		l.who.set(errSignedOff)
		close(l.source.heard)
		<-time.After(missedWait)
		if !l.over(t) {
			t.Error("signed off meanwhile, it goes on")
		}
	})
}

func TestStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*listener, context.CancelFunc){
		"gone":                   func(_ *listener, cancel context.CancelFunc) { cancel() },
		"stopped":                func(l *listener, _ context.CancelFunc) { close(l.done) },
		"gone while it waits":    func(l *listener, cancel context.CancelFunc) { close(l.source.heard); synctest.Wait(); cancel() },
		"stopped while it waits": func(l *listener, _ context.CancelFunc) { close(l.source.heard); synctest.Wait(); close(l.done) },
		"takes nothing more": func(l *listener, _ context.CancelFunc) {
			l.wire.mu.Lock()
			l.wire.cut = true
			l.wire.mu.Unlock()
			l.source.heard <- bot.Hint{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				l := listen(ctx)
				synctest.Wait()
				end(l, cancel)
				if !l.over(t) {
					t.Error("it goes on")
				}
			})
		})
	}
}
