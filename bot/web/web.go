package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"nagorik/bot"
	"nagorik/bot/sse"
	"nagorik/flows"
)

// Name is the channel's word in records and routes.
const Name = "web"

// keyBytes is the least length of Options.Key.
const keyBytes = 16

// Options are what the web chat needs from the rest of the program.
type Options struct {
	PublicURL string // PUBLIC_URL: calls of browsers must come from there
	Key       []byte // signs sessions and photo links; at least 16 bytes

	// Keep stores a photo and says its SHA-256, and where it was taken if the
	// file says. A photo that cannot be one is an error that Refused knows; any
	// other error is a fault of ours.
	Keep func(ctx context.Context, photo []byte) (bot.Media, error)
	// Refused says whether an error of Keep is the photo's fault, and which:
	// "photo_unreadable" or "photo_too_big". Nil: every error is the photo's.
	Refused func(err error) (code string, refused bool)
	// Open opens a re-encoded copy of a kept photo, small or large.
	Open func(sha256 string, thumb bool) (file io.ReadSeekCloser, mediaType string, modified time.Time, err error)

	// History reads what was said with an address, oldest first: with after
	// empty the newest lines, otherwise those behind that cursor.
	History func(ctx context.Context, address, after string, limit int) ([]Line, error)
	// Publish tells every process that an address has something new.
	Publish func(ctx context.Context, address string) error
	// Subscribe gives a hint whenever an address may have something new,
	// until cancel is called. Hints may be merged.
	Subscribe func(address string) (hints <-chan struct{}, cancel func())

	// Remote is the caller's address; nil takes the connection's.
	Remote func(r *http.Request) netip.Addr
	// Done is closed when the program stops: streams end then.
	Done <-chan struct{}
	Now  func() time.Time
}

// Web is the web chat's channel. It is safe for use by several goroutines.
type Web struct {
	opt     Options
	origin  string // scheme://host of PublicURL, as a browser writes it
	host    string
	secure  bool
	limits  limits
	streams *sse.Places
}

// New checks the options and makes the channel.
func New(opt Options) (*Web, error) {
	u, err := url.Parse(opt.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("web chat: %q is not a public URL", opt.PublicURL)
	}
	if len(opt.Key) < keyBytes {
		return nil, fmt.Errorf("web chat: the key has %d bytes, %d are needed", len(opt.Key), keyBytes)
	}
	if opt.Keep == nil || opt.History == nil || opt.Publish == nil || opt.Subscribe == nil {
		return nil, errors.New("web chat: Keep, History, Publish and Subscribe are needed")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Remote == nil {
		opt.Remote = connectionAddr
	}
	return &Web{
		opt:     opt,
		origin:  u.Scheme + "://" + u.Host,
		host:    u.Host,
		secure:  u.Scheme == "https",
		limits:  newLimits(),
		streams: sse.NewPlaces(streamsInAll),
	}, nil
}

// Name is "web".
func (*Web) Name() string { return Name }

// Face shows buttons without a bound, takes photos and pins.
func (*Web) Face() flows.Face {
	return flows.Face{Name: Name, Buttons: true, Photos: true, Location: true}
}

// Fit leaves a message whole: the page has no bound on its length.
func (*Web) Fit(m flows.Message) []flows.Message { return []flows.Message{m} }

// Pictured says that the page shows photos: it finds them in the history.
func (w *Web) Pictured() {}

// Send tells whoever has the page open that there is something new. The
// message itself is in the records already, where the page's stream reads it,
// so nobody need be listening and a repeated Send does no harm.
func (w *Web) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	if !isAddress(out.Address) {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendReject, Code: "address", Text: "not an address of the web chat"}
	}
	if err := ctx.Err(); err != nil {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendRetry, Text: "stopped before it was sent", Err: err}
	}
	if err := w.opt.Publish(ctx, out.Address); err != nil {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendRetry, Code: "hint", Text: "the hint could not be published", Err: err}
	}
	return bot.Sent{}, nil
}

// connectionAddr is the address of the connection itself.
func connectionAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
