package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/sse"
	"nagorik/handoff"
)

// How many streams may be open. Whoever is refused asks for lists now and then.
const (
	streamsPerToken = 8
	streamsInAll    = 1000
)

// missedWait is the wait before a listener who was too slow listens again, so
// that he is told to fetch afresh once a while and not all the time.
const missedWait = time.Second

// clocksApart is how far the clocks of processes may be apart.
const clocksApart = 2 * time.Second

// hintsAtOnce bounds how many hints are looked up together.
const hintsAtOnce = 256

// Live spreads hints of what changes: bot.Live.
type Live interface {
	// ListenAll returns every hint from now on. The channel is closed when
	// hints were missed.
	ListenAll() (hints <-chan bot.Hint, cancel func())
	// Last is the highest id of the hints so far, microseconds since 1970.
	Last() int64
}

// errSignedOff says that whoever listens may do so no longer.
var errSignedOff = errors.New("the listener may listen no longer")

// followStream sends what the desk should see now, until the program stops,
// the connection ends, or the token is no longer good.
func (s *Server) followStream(c echo.Context) error {
	if s.opt.Live == nil {
		return errNoStream
	}
	if c.Request().Method == http.MethodHead {
		c.Response().Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		return c.NoContent(http.StatusOK)
	}
	token, _ := bearer(c)
	release, ok := s.streams.Take(sse.Claim{Key: token, Most: streamsPerToken})
	if !ok {
		return errStreams
	}
	defer release()
	f := follower{
		live: s.opt.Live, done: s.opt.Done, now: s.now,
		who: func(ctx context.Context) (handoff.Viewer, error) { return s.whoFollows(ctx, token) },
		seen: func(ctx context.Context, v handoff.Viewer, hints []bot.Hint) ([]eventAnswer, error) {
			return seen(ctx, s.opt.Desk, v, hints)
		},
	}
	if err := f.run(c.Request().Context(), c.Response(), c.Request().Header.Get("Last-Event-ID")); err != nil {
		s.log.Debug("a stream has ended", "error", err)
	}
	return nil
}

// whoFollows says once more whom a token speaks for.
func (s *Server) whoFollows(ctx context.Context, token string) (handoff.Viewer, error) {
	v, err := s.opt.Desk.Token(ctx, token)
	if errors.Is(err, handoff.ErrNotFound) || err == nil && !allows(v.Role, StreamRead) {
		return handoff.Viewer{}, errSignedOff
	}
	if err != nil {
		return handoff.Viewer{}, fmt.Errorf("check API token: %w", err)
	}
	return v, nil
}

// follower is one open stream.
type follower struct {
	live Live
	done <-chan struct{}
	now  func() time.Time
	who  func(context.Context) (handoff.Viewer, error) // errSignedOff when nobody
	seen func(context.Context, handoff.Viewer, []bot.Hint) ([]eventAnswer, error)
	// shown is when the page was made that listens, microseconds since 1970: of
	// what has happened since then it is told at the beginning. 0: nobody asks.
	shown int64

	out    *sse.Stream
	hints  <-chan bot.Hint
	cancel func()
	last   int64 // id of the last event
}

// run sends events until it is over. It listens before it answers: whoever
// fetches after the answer has begun misses nothing.
func (f *follower) run(ctx context.Context, w http.ResponseWriter, lastID string) (err error) {
	f.hints, f.cancel = f.live.ListenAll()
	defer func() { f.cancel() }()
	if f.out, err = sse.Open(w); err != nil {
		return err
	}
	if lastID != "" || f.shown > 0 && f.live.Last() > f.shown-clocksApart.Microseconds() {
		f.goOn(lastID)
		if err := f.refresh(); err != nil {
			return err
		}
	}
	beat := time.NewTicker(sse.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.done:
			return nil
		case <-beat.C:
			err = f.beat(ctx)
		case h, ok := <-f.hints:
			if ok {
				err = f.tell(ctx, f.gather(h))
			} else {
				err = f.again(ctx)
			}
		}
		if err != nil {
			return err
		}
	}
}

// goOn lets ids rise above the last one that the listener knows of, unless it
// cannot be one of ours.
func (f *follower) goOn(lastID string) {
	id, err := strconv.ParseInt(lastID, 10, 64)
	if err == nil && id > 0 && id <= f.now().UnixMicro() {
		f.last = id
	}
}

// gather takes what else waits.
func (f *follower) gather(first bot.Hint) []bot.Hint {
	hints := []bot.Hint{first}
	for len(hints) < hintsAtOnce {
		select {
		case h, ok := <-f.hints:
			if !ok {
				return hints
			}
			hints = append(hints, h)
		default:
			return hints
		}
	}
	return hints
}

// beat keeps the connection open for whoever may still listen. That it cannot
// be asked now is no reason to end.
func (f *follower) beat(ctx context.Context) error {
	if _, err := f.who(ctx); errors.Is(err, errSignedOff) {
		return err
	}
	return f.out.Beat()
}

// tell sends what the listener may see of the hints. When that cannot be found
// out now they count as missed.
func (f *follower) tell(ctx context.Context, hints []bot.Hint) error {
	v, err := f.who(ctx)
	if errors.Is(err, errSignedOff) {
		return err
	}
	var events []eventAnswer
	if err == nil {
		events, err = f.seen(ctx, v, hints)
	}
	if err != nil {
		return f.again(ctx)
	}
	return f.send(events...)
}

// again listens anew after hints were missed, and says so.
func (f *follower) again(ctx context.Context) error {
	f.cancel()
	wait := time.NewTimer(missedWait)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.done:
		return nil
	case <-wait.C:
	}
	f.hints, f.cancel = f.live.ListenAll()
	if _, err := f.who(ctx); errors.Is(err, errSignedOff) {
		return err
	}
	return f.refresh()
}

func (f *follower) refresh() error {
	return f.send(eventAnswer{Event: eventRefresh, At: f.now().In(handoff.Dhaka())})
}

// send numbers events and sends them.
func (f *follower) send(events ...eventAnswer) error {
	lines := make([]sse.Event, len(events))
	for i := range events {
		f.last = max(f.last+1, events[i].At.UnixMicro())
		events[i].ID = f.last
		data, err := events[i].encode()
		if err != nil {
			return err
		}
		lines[i] = sse.Event{ID: strconv.FormatInt(f.last, 10), Name: events[i].Event, Data: data}
	}
	return f.out.Send(lines...)
}
