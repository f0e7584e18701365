package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	tokenBytes   = 16 // 128 random bits
	macBytes     = 16
	addressChars = 32 // hex of 128 bits

	// cookieDays is how long a phone is remembered after the last visit.
	cookieDays = 180
)

// session is one anonymous person's proof of being the same one as before.
type session struct {
	value   string // what the cookie holds: token and its signature
	address string // what the records hold; it does not reveal the token
}

// newSession draws a fresh token.
func (w *Web) newSession() session {
	token := make([]byte, tokenBytes)
	rand.Read(token) // never fails
	value := base64.RawURLEncoding.EncodeToString(slices.Concat(token, w.mac("session", token)))
	return session{value: value, address: addressOf(token)}
}

// readSession checks a cookie's or bearer's value.
func (w *Web) readSession(value string) (session, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(raw) != tokenBytes+macBytes {
		return session{}, false
	}
	token := raw[:tokenBytes]
	if !hmac.Equal(raw[tokenBytes:], w.mac("session", token)) {
		return session{}, false
	}
	return session{value: value, address: addressOf(token)}, true
}

// find reads the session a call brings. wrong says that it brought a bearer
// token that is not one of ours; an unknown cookie is only an old one.
func (w *Web) find(h http.Header) (s session, ok, bearer, wrong bool) {
	if auth := h.Get("Authorization"); auth != "" {
		scheme, value, _ := strings.Cut(auth, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return session{}, false, false, true
		}
		s, ok = w.readSession(strings.TrimSpace(value))
		return s, ok, true, !ok
	}
	r := http.Request{Header: h}
	for _, c := range r.CookiesNamed(w.cookieName()) {
		if s, ok = w.readSession(c.Value); ok {
			return s, true, false, false
		}
	}
	return session{}, false, false, false
}

// Visit says whose page a request opens, and sets the cookie: a new one for a
// first visit, a longer life for an old one.
func (w *Web) Visit(rw http.ResponseWriter, r *http.Request) (address string) {
	s, ok, _, _ := w.find(r.Header)
	if !ok {
		s = w.newSession()
	}
	http.SetCookie(rw, w.cookie(s))
	return s.address
}

// Address says whose request this is; false when it carries no session.
func (w *Web) Address(r *http.Request) (address string, ok bool) {
	s, ok, _, _ := w.find(r.Header)
	return s.address, ok
}

// cookieName begins with __Host- where the browser enforces what that means.
func (w *Web) cookieName() string {
	if w.secure {
		return "__Host-nagorik"
	}
	return "nagorik"
}

func (w *Web) cookie(s session) *http.Cookie {
	return &http.Cookie{
		Name:     w.cookieName(),
		Value:    s.value,
		Path:     "/",
		MaxAge:   cookieDays * int((24 * time.Hour).Seconds()),
		Secure:   w.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// mac signs parts for one purpose.
func (w *Web) mac(purpose string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, w.opt.Key)
	m.Write([]byte("web chat " + purpose))
	for _, p := range parts {
		m.Write([]byte{0})
		m.Write(p)
	}
	return m.Sum(nil)[:macBytes]
}

// addressOf hashes a token, so that whoever reads the records cannot write in
// the person's name.
func addressOf(token []byte) string {
	sum := sha256.Sum256(append([]byte("web chat address\x00"), token...))
	return hex.EncodeToString(sum[:])[:addressChars]
}

// isAddress tells an address of this channel from anything else.
func isAddress(s string) bool {
	if len(s) != addressChars {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
