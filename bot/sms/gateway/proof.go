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

// hold says whether a call shows all that is asked of it. doc is what was
// read of it, nil when it could not be.
func (p *proofs) hold(c *bot.Call, doc document) bool {
	if p.none() {
		return false
	}
	ok := true
	if p.tokenParam != "" {
		ok = sameSecret(tokenOf(c, p.tokenParam, doc), p.token) && ok
	}
	if p.tokenHeader != "" {
		ok = sameSecret(strings.TrimPrefix(c.Header.Get(p.tokenHeader), "Bearer "), p.token) && ok
	}
	if p.user != "" {
		user, pass := basicOf(c)
		ok = sameSecret(user, p.user) && sameSecret(pass, p.pass) && ok
	}
	if len(p.networks) > 0 {
		ok = p.near(c.Remote) && ok
	}
	if p.hmac != nil {
		ok = p.hmac.signs(c) && ok
	}
	for _, check := range p.checks {
		got := ""
		if doc != nil {
			got, _ = doc.value(check.path)
		}
		ok = sameSecret(got, check.secret.fill(nil, false)) && ok
	}
	return ok
}

// sameSecret compares in constant time. An empty secret is never the same.
func sameSecret(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && want != ""
}

// tokenOf is the token in the call's address, or in its form.
func tokenOf(c *bot.Call, name string, doc document) string {
	if c.URL != nil {
		if v, ok := exactly(parseForm(c.URL.RawQuery), name); ok {
			return v
		}
	}
	if form, ok := doc.(formDoc); ok {
		v, _ := exactly(form, name)
		return v
	}
	return ""
}

func exactly(form formDoc, name string) (string, bool) {
	i := slices.IndexFunc(form, func(p pair) bool { return p.name == name })
	if i < 0 {
		return "", false
	}
	return form[i].value, true
}

// basicOf are the user and password of basic authorisation.
func basicOf(c *bot.Call) (user, pass string) {
	encoded, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Basic ")
	if !ok {
		return "", ""
	}
	both, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", ""
	}
	user, pass, _ = strings.Cut(string(both), ":")
	return user, pass
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
