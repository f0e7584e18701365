package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
)

// maxWebhook is the largest body a provider may send, in bytes.
const maxWebhook = 4 << 20

// firstRead is how much room is made for a body whose length is only claimed.
const firstRead = 64 << 10

// Receiver reads the calls of a provider: a bot.Channel, or one of the links
// of a channel that has several.
type Receiver interface {
	Name() string
	Receive(ctx context.Context, call bot.Call) (bot.Delivery, error)
}

// Mount is a channel, or a link of one, at its path.
type Mount struct {
	Methods []string
	Path    string // in echo's notation
	Channel Receiver
	MaxBody int64 // bytes; 0 means 4 MiB
}

// lateWithin is how long a provider waits for an answer that is a reply itself.
const lateWithin = 10 * time.Second

// errFault marks a channel that broke its promise: it panicked, or failed at
// something other than the signature.
var errFault = errors.New("channel is at fault")

// mountRoutes makes routes of the mounts.
func mountRoutes(mounts []Mount) []Route {
	var routes []Route
	for _, m := range mounts {
		if m.MaxBody == 0 {
			m.MaxBody = maxWebhook
		}
		for _, method := range m.Methods {
			routes = append(routes, Route{
				Method: method, Path: m.Path, Needs: Signed, Type: "text/plain",
				Summary: "Calls of the channel " + m.Channel.Name(),
				handle:  func(s *Server, c echo.Context) error { return s.receive(c, m) },
			})
		}
	}
	return routes
}

// receive takes a provider's call: read whole, verified and decoded by the
// channel, made safe, answered. It is answered 200 only once what it brought
// is safe, and that does not end when the caller hangs up.
func (s *Server) receive(c echo.Context, m Mount) error {
	name := m.Channel.Name()
	body, err := readBody(c, m.MaxBody)
	if err != nil {
		s.opt.Meter.Webhook(name, bodyOutcome(err))
		return err
	}
	ctx := context.WithoutCancel(c.Request().Context())
	delivery, err := s.decode(ctx, c, m.Channel, body)
	switch {
	case errors.Is(err, bot.ErrSignature):
		s.opt.Meter.Webhook(name, "refused")
		return fmt.Errorf("channel %s: %w", name, err)
	case err != nil:
		// A signed body, however odd, is answered 200: the provider would send
		// it again and again, and hold back what comes after it.
		s.opt.Meter.Webhook(name, "fault")
		s.log.Error("a call could not be read", "channel", name, "error", err)
		return c.NoContent(http.StatusOK)
	}
	for reason, n := range delivery.Skipped {
		s.opt.Meter.Skipped(name, reason, n)
	}
	if len(delivery.Events) > 0 {
		if err := s.opt.Receive(ctx, delivery.Events); err != nil {
			s.opt.Meter.Webhook(name, "unavailable")
			return fmt.Errorf("keep events of channel %s: %w: %w", name, errUnkept, err)
		}
	}
	s.opt.Meter.Webhook(name, "ok")
	if delivery.Late != nil {
		within, cancel := context.WithTimeout(c.Request().Context(), lateWithin)
		defer cancel()
		delivery.Answer = delivery.Late(within)
	}
	return sendAnswer(c, delivery.Answer)
}

// readBody reads a body of at most limit bytes. Beyond it the error is a
// *http.MaxBytesError.
func readBody(c echo.Context, limit int64) ([]byte, error) {
	r := c.Request()
	if r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	var b bytes.Buffer
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, firstRead)) + bytes.MinRead)
	}
	if _, err := io.Copy(&b, http.MaxBytesReader(c.Response(), r.Body, limit)); err != nil {
		var size *http.MaxBytesError
		if errors.As(err, &size) {
			return nil, size
		}
		return nil, errBody
	}
	return b.Bytes(), nil
}

func bodyOutcome(err error) string {
	if errors.Is(err, errBody) {
		return "broken"
	}
	return "too_big"
}

// decode lets the channel read a call. A panic of its becomes errFault.
func (s *Server) decode(ctx context.Context, c echo.Context, channel Receiver, body []byte) (delivery bot.Delivery, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", errFault, p, debug.Stack())
		}
	}()
	r := c.Request()
	called := *r.URL
	called.Host = r.Host // what a browser's Origin must agree with
	delivery, err = channel.Receive(ctx, bot.Call{Method: r.Method, URL: &called, Header: r.Header, Body: body, Remote: remote(c)})
	if err != nil && !errors.Is(err, bot.ErrSignature) {
		err = fmt.Errorf("%w: %w", errFault, err)
	}
	return delivery, err
}

// sendAnswer tells the provider what the channel wants it told.
func sendAnswer(c echo.Context, a bot.Answer) error {
	h := c.Response().Header()
	for name, values := range a.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if len(a.Body) == 0 {
		return c.NoContent(a.Status)
	}
	if a.Type == "" {
		a.Type = "text/plain; charset=utf-8"
	}
	return c.Blob(a.Status, a.Type, a.Body)
}
