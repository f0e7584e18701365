package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/flows/gsm"
)

// maxURL bounds a request's address, query included, in bytes.
const maxURL = 32 << 10

// varsOf are the variables of one part of a message.
func (g *Gateway) varsOf(out *bot.Outgoing, text string, part, parts int, hide bool) vars {
	ref := out.ID
	if parts > 1 {
		ref += "-" + strconv.Itoa(part)
	}
	count := gsm.Segments(text)
	v := vars{
		"text": text, "from": g.p.number, "ref": ref, "ref20": ref20(ref), "part": strconv.Itoa(part), "parts": strconv.Itoa(parts),
		"encoding": count.Encoding, "coding_kannel": "0", "dlr_url": g.receiptURL(out.ID, hide), "now": g.now().Format(time.RFC3339),
	}
	if count.Encoding == gsm.UCS2 {
		v["coding_kannel"] = "2"
	}
	if opaque, ok := g.opaque(out.Address); ok {
		v["addr_raw"] = opaque
	} else {
		v["to"], v["addr_raw"] = out.Address, "tel:"+strings.TrimPrefix(out.Address, "+")
	}
	return v
}

// refLetters are those of ref20: no vowels come together by chance, and every
// gateway takes them.
var refLetters = base32.NewEncoding("0123456789abcdefghijkmnpqrstuvwx").WithPadding(base32.NoPadding)

// ref20 is a message's id in 20 letters and digits, the same at each attempt.
func ref20(ref string) string {
	sum := sha256.Sum256([]byte(ref))
	return refLetters.EncodeToString(sum[:])[:20]
}

// opaque is the sender behind an address that is no number, as the gateway
// wrote it.
func (g *Gateway) opaque(address string) (string, bool) {
	return strings.CutPrefix(address, g.p.name+":")
}

// call is a request that is ready.
type call struct {
	method, url string
	header      http.Header
	body        []byte
}

// request fills the profile's request in.
func (s *sending) request(v vars, hide bool) call {
	c := call{method: s.method, url: s.address(v, hide), header: http.Header{}}
	if len(s.query) > 0 {
		var b bytes.Buffer
		appendPairs(&b, s.query, v, hide)
		mark := "?"
		if strings.Contains(c.url, "?") {
			mark = "&"
		}
		c.url += mark + b.String()
	}
	var kind string
	if c.body, kind = s.encode(v, hide); kind != "" {
		c.header.Set("Content-Type", kind)
	}
	c.header.Set("User-Agent", "nagorik")
	for _, f := range s.headers {
		c.header.Set(f.name, headerText(f.value.fill(v, hide)))
	}
	return c
}

// headerText is a text as a header can carry it.
func headerText(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}

func (c *call) http(ctx context.Context, s *sending) (*http.Request, error) {
	if len(c.url) > maxURL {
		return nil, fmt.Errorf("the address has %d bytes", len(c.url))
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.url, bytes.NewReader(c.body))
	if err != nil {
		return nil, fmt.Errorf("the address cannot be read")
	}
	if len(c.body) == 0 {
		req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, 0
	}
	req.Header = c.header
	if s.user != nil {
		req.SetBasicAuth(s.user.fill(nil, false), s.pass.fill(nil, false))
	}
	return req, nil
}

// Preview is the request a message would cause, secrets left out.
type Preview struct {
	Method string
	URL    string
	Header http.Header
	Body   string
}

// String shows the request as it would go over the wire.
func (p Preview) String() string {
	var b strings.Builder
	b.WriteString(p.Method + " " + p.URL + "\n")
	names := make([]string, 0, len(p.Header))
	for name := range p.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + ": " + p.Header.Get(name) + "\n")
	}
	if p.Body != "" {
		b.WriteString("\n" + p.Body + "\n")
	}
	return b.String()
}

// Dry is the request that a text to an address would cause. Nothing is sent.
// It is false for a profile that does not send, or not to that address.
func (g *Gateway) Dry(to, text string) (Preview, bool) {
	out := bot.Outgoing{ID: "00000000-0000-7000-8000-000000000000", Address: to, Text: text}
	if g.p.send == nil || g.refuse(&out) != nil {
		return Preview{}, false
	}
	c := g.p.send.request(g.varsOf(&out, text, 1, 1, true), true)
	if g.p.send.user != nil {
		c.header.Set("Authorization", "Basic "+hidden)
	}
	return Preview{Method: c.method, URL: c.url, Header: c.header, Body: string(c.body)}, true
}
