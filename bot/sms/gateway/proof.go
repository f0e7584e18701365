package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"nagorik/bot"
)

// hold says whether a call shows all that is asked of it. The body is taken
// apart, by doc, only when everything else is right: anybody can call.
func (p *proofs) hold(c *bot.Call, doc func() document) bool {
	switch {
	case p.none():
		return false
	case len(p.networks) > 0 && !p.near(c.Remote):
		return false
	case p.tokenHeader != "" && !sameSecret(strings.TrimPrefix(c.Header.Get(p.tokenHeader), "Bearer "), p.token):
		return false
	case p.user != "" && !p.signedIn(c):
		return false
	case p.hmac != nil && !p.hmac.signs(c):
		return false
	case p.tokenParam != "" && !sameSecret(tokenOf(c, p.tokenParam, doc), p.token):
		return false
	}
	for _, check := range p.checks {
		got, want := "", check.secret.fill(nil, false)
		if d := doc(); d != nil {
			got, _ = d.value(check.path)
		}
		if !sameSecret(got, want) {
			return false
		}
	}
	return true
}

// sameSecret compares in constant time. An empty secret is never the same.
func sameSecret(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want != ""
}

// tokenOf is the token in the call's address, or in its form.
func tokenOf(c *bot.Call, name string, doc func() document) string {
	if v, ok := exactly(parseForm(queryOf(c.URL)), name); ok {
		return v
	}
	if formatOf(c) != formatForm {
		return ""
	}
	form, _ := doc().(formDoc) // in a body of another format there is no token
	v, _ := exactly(form, name)
	return v
}

func exactly(form formDoc, name string) (string, bool) {
	i := slices.IndexFunc(form, func(p pair) bool { return p.name == name })
	if i < 0 {
		return "", false
	}
	return form[i].value, true
}

// signedIn says whether the call has the user and password of basic
// authorisation.
func (p *proofs) signedIn(c *bot.Call) bool {
	encoded, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Basic ")
	if !ok {
		return false
	}
	both, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return false
	}
	user, pass, _ := strings.Cut(string(both), ":")
	right := sameSecret(user, p.user)
	return sameSecret(pass, p.pass) && right
}

// near says whether the caller's address is in one of the networks.
func (p *proofs) near(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsValid() && slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// signs says whether the header holds the signature of the body. That of no
// body is always the same, so it proves nothing.
func (h *hmacProof) signs(c *bot.Call) bool {
	sent, ok := strings.CutPrefix(c.Header.Get(h.header), h.prefix)
	if !ok || len(c.Body) == 0 {
		return false
	}
	decode := hex.DecodeString
	if h.base64 {
		decode = base64.StdEncoding.DecodeString
	}
	got, err := decode(sent)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, h.secret)
	mac.Write(c.Body)
	return hmac.Equal(mac.Sum(nil), got)
}

// queryOf is the call's query as it came.
func queryOf(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.RawQuery
}
