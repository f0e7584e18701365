package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"nagorik/bot"
	"nagorik/flows/bangla"
)

const (
	textLimit    = 20_000 // bytes of one message that are kept
	payloadLimit = 1000
	titleLimit   = 200
	refLimit     = 200
	idLimit      = 64
	photosPerOne = 5
	photoLimit   = 25 << 20 // bytes of one photo
)

// FaultNoCookies is the code a page of a service is opened with after a form
// that came without a cookie. It is a fault only if there is still none.
const FaultNoCookies = "no_cookies"

// Receive reads one POST of the page, of a plain form, or of a program. A
// browser's call from somebody else's page and an unknown bearer token are
// bot.ErrSignature; everything else is answered in words a page can show.
func (w *Web) Receive(ctx context.Context, call bot.Call) (bot.Delivery, error) {
	form, from := isForm(call.Header), pageOf(call.Header)
	if call.Method != http.MethodPost {
		return refuse(form, from, fault{http.StatusMethodNotAllowed, "method", "POST is the way to write"}), nil
	}
	s, known, bearer, wrong := w.find(call.Header)
	if wrong || (!bearer && !w.fromOurPage(call)) {
		return bot.Delivery{}, bot.ErrSignature
	}
	if !known {
		s = w.newSession()
	}
	if !w.limits.allow(s, !known, call.Remote, w.opt.Now()) {
		return refuse(form, from, fault{http.StatusTooManyRequests, "slow_down", "too many messages; wait a little"}), nil
	}
	p, f := decode(call.Header.Get("Content-Type"), call.Body)
	if p.back != "" {
		from = wayOf(p.back)
	}
	var delivery bot.Delivery
	if f == nil {
		delivery, f = w.read(ctx, s, p)
	}
	switch {
	case f != nil:
		delivery = refuse(form, from, *f)
	case form && !known && from.path != "":
		// the page gave a cookie and did not get it back: unless it does now,
		// every answer would begin anew
		delivery.Answer = back(from.to(FaultNoCookies))
	default:
		delivery.Answer = accepted(form, from)
	}
	if !known {
		setHeader(&delivery.Answer, "Set-Cookie", w.cookie(s).String())
	}
	return delivery, nil
}

// pageOf is the page of ours that a browser says its form stands on.
func pageOf(h http.Header) way {
	u, err := url.Parse(h.Get("Referer"))
	if err != nil {
		return way{}
	}
	return wayOf(u.Path)
}

// read turns a post into the one event it holds.
func (w *Web) read(ctx context.Context, s session, p post) (bot.Delivery, *fault) {
	e, f := w.event(s, p)
	if f != nil {
		return bot.Delivery{}, f
	}
	for _, photo := range p.photos {
		media, f := w.keep(ctx, photo)
		if f != nil {
			return bot.Delivery{}, f
		}
		e.Media = append(e.Media, media)
	}
	return bot.Delivery{Events: []bot.Event{e}}, nil
}

// event is what the post says, but for its photos.
func (w *Web) event(s session, p post) (bot.Event, *fault) {
	e := bot.Event{
		Kind:       bot.EventMessage,
		Channel:    w.Name(),
		Address:    s.address,
		ProviderID: s.address + ":" + clientID(p.id),
		At:         w.opt.Now(),
		Text:       cut(bangla.Clean(p.text), textLimit),
		Lang:       language(p.lang),
	}
	if p.start {
		e.Kind, e.Ref, e.Text = bot.EventStart, cut(bangla.Clean(p.ref), refLimit), ""
		return e, nil
	}
	f := p.fill(&e)
	return e, f
}

// fill puts what was said into an event whose text is set.
func (p *post) fill(e *bot.Event) *fault {
	switch {
	case p.tapped:
		e.Tapped, e.Payload, e.Text = true, cut(bangla.Clean(p.payload), payloadLimit), cut(e.Text, titleLimit)
	case p.hasLat:
		location, ok := pin(p.lat, p.lon)
		if !ok {
			return &fault{http.StatusBadRequest, "bad_location", "lat and lon are degrees"}
		}
		e.Location = &location
	case e.Text == "" && len(p.photos) == 0:
		return &fault{http.StatusBadRequest, "empty", "there is nothing in the message"}
	}
	return nil
}

// keep stores one uploaded photo.
func (w *Web) keep(ctx context.Context, photo []byte) (bot.Media, *fault) {
	if len(photo) > photoLimit {
		return bot.Media{}, &fault{http.StatusUnprocessableEntity, "photo_too_big", "the photo is larger than 25 MB"}
	}
	kept, err := w.opt.Keep(ctx, photo)
	if err == nil {
		return kept, nil
	}
	code, refused := "photo_unreadable", true
	if w.opt.Refused != nil {
		code, refused = w.opt.Refused(err)
	}
	if !refused {
		return bot.Media{}, &fault{http.StatusServiceUnavailable, "trouble", "the photo cannot be kept now; try again"}
	}
	return bot.Media{}, &fault{http.StatusUnprocessableEntity, code, "the photo cannot be used"}
}

// clientID makes the page's own message id safe to keep; the same id stays
// the same. Without one the message is its own: a repeat cannot be told.
func clientID(id string) string {
	if id == "" {
		return rand.Text()
	}
	if len(id) <= idLimit && strings.IndexFunc(id, oddInID) < 0 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

func oddInID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// language is a language tag's first part, or nothing.
func language(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if len(tag) < 2 || len(tag) > 3 || strings.IndexFunc(tag, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return ""
	}
	return tag
}

// pin checks that a place can be on the Earth.
func pin(lat, lon float64) (bot.Location, bool) {
	ok := lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 // false for NaN
	return bot.Location{Lat: lat, Lon: lon}, ok
}
