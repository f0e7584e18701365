package gateway

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"nagorik/bot/sms"
)

// Bounds of connections to a gateway.
const (
	dialTimeout = 4 * time.Second
	idleTimeout = 60 * time.Second
	headerBytes = 32 << 10
	connections = 16
)

// Gateway is one profile at work: a link of the channel SMS. It is safe for
// concurrent use.
type Gateway struct {
	p       *profile
	public  string
	client  *http.Client
	limiter *rate.Limiter // nil: no bound
	now     func() time.Time
	waiting waiting
}

var _ sms.Link = (*Gateway)(nil)

func newGateway(p *profile, public string, opt Options) *Gateway {
	g := &Gateway{p: p, public: public, now: opt.Now, client: clientOf(p.send, opt.Transport)}
	if g.now == nil {
		g.now = time.Now
	}
	if p.send != nil && p.send.tps > 0 {
		g.limiter = rate.NewLimiter(rate.Limit(p.send.tps), max(1, int(p.send.tps)))
	}
	return g
}

// clientOf never follows a redirect, for the secret would go along, and uses
// no proxy. A GET that sends a message must not be repeated by the transport
// when a kept connection breaks, so that it gets a new one each time.
func clientOf(s *sending, given http.RoundTripper) *http.Client {
	c := &http.Client{
		Transport:     given,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if given == nil {
		c.Transport = &http.Transport{
			DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
			TLSHandshakeTimeout:    dialTimeout,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        connections,
			MaxIdleConnsPerHost:    connections,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: headerBytes,
			DisableKeepAlives:      s != nil && s.method == http.MethodGet,
		}
	}
	return c
}

// Name is the profile's name, the last word of its path /channels/sms/{name}.
func (g *Gateway) Name() string { return g.p.name }

// Sends reports whether the profile can send by itself.
func (g *Gateway) Sends() bool { return g.p.send != nil }

// MaxText is how much one message holds, in UTF-16 units; 0 for no bound.
func (g *Gateway) MaxText() int {
	most := 0
	if g.p.send != nil {
		most = g.p.send.maxText
	}
	if g.p.send == nil && g.replies() {
		most = g.p.receive.most
	}
	return most
}

// Receives reports whether the gateway calls us at all: with messages or with
// receipts.
func (g *Gateway) Receives() bool { return g.p.receive != nil || g.p.receipt != nil }

// Warnings are what an administrator should know of the profile; to be logged
// once, at the start.
func (g *Gateway) Warnings() []string { return slices.Clone(g.p.warned) }

// Paths are where the gateway calls us: messages, and receipts.
func (g *Gateway) Paths() (receive, status string) {
	receive = pathBefore + g.p.name
	return receive, receive + pathStatus
}

// pathBefore and pathStatus are what stands around a profile's name in the
// paths of its calls.
const (
	pathBefore = "/channels/sms/"
	pathStatus = "/status"
)

// receiptURL is where a receipt of one message is to be sent. It carries the
// token, where the profile asks for one, since nobody else would add it.
func (g *Gateway) receiptURL(ref string, hide bool) string {
	_, status := g.Paths()
	address := g.public + status + "?id=" + url.QueryEscape(ref)
	r := g.p.receipt
	if r == nil || r.proofs.tokenParam == "" {
		return address
	}
	token := r.proofs.token
	if hide {
		token = hidden
	}
	return address + "&" + url.QueryEscape(r.proofs.tokenParam) + "=" + url.QueryEscape(token)
}

// replies says whether the answer to a call is the reply to the person.
func (g *Gateway) replies() bool { return g.p.receive != nil && g.p.receive.answer.reply }
