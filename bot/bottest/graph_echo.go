package bottest

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"net/http"
	"time"

	"nagorik/bot/lenient"
)

// How the Graph posts to the webhook: as long as it is not answered 200 it
// tries again, as Meta does.
const (
	webhookTimeout = 10 * time.Second
	webhookTries   = 40
	firstRetry     = 50 * time.Millisecond
	lastRetry      = 2 * time.Second
	laneRoom       = 1024
)

// post is a body on its way to the webhook.
type post struct {
	psid string
	body []byte
	try  int
}

func (g *Graph) startEchoes() {
	if g.opt.Webhook == "" {
		return
	}
	g.echoes = make([]chan post, echoLanes)
	for i := range g.echoes {
		g.echoes[i] = make(chan post, laneRoom)
		go g.runEchoes(g.echoes[i])
	}
}

func (g *Graph) runEchoes(lane chan post) {
	for {
		select {
		case p := <-lane:
			g.post(p)
		case <-g.ctx.Done():
			return
		}
	}
}

// echo sends a message that was taken back to the webhook, and its receipt.
func (g *Graph) echo(s *GraphSend) {
	if g.echoes == nil {
		return
	}
	from := From{Page: g.opt.PageID, PSID: s.Address, MID: s.MessageID, At: s.At}
	items := []Item{from.Echo(g.opt.AppID, s.Metadata, s.Text)}
	if g.opt.Receipts {
		items = append(items, from.Delivered(s.MessageID))
	}
	g.mu.Lock()
	delay := g.opt.EchoDelay
	if g.opt.EchoSpread > 0 {
		delay += time.Duration(g.rng.Int64N(int64(g.opt.EchoSpread)))
	}
	g.pending += len(items)
	g.mu.Unlock()
	for _, item := range items {
		g.enqueue(post{psid: s.Address, body: Webhook(g.opt.PageID, s.At, item)}, delay)
	}
}

// enqueue puts a post into its person's lane, now if there is room.
func (g *Graph) enqueue(p post, delay time.Duration) {
	lane := g.echoes[maphash.String(g.seed, p.psid)%echoLanes]
	if delay <= 0 {
		select {
		case lane <- p:
			return
		default:
		}
	}
	time.AfterFunc(delay, func() {
		select {
		case lane <- p:
		case <-g.ctx.Done():
		}
	})
}

// post brings one body to the webhook, later again if it is not taken.
func (g *Graph) post(p post) {
	status, err := g.Deliver(g.ctx, p.body)
	p.try++
	if (err != nil || status != http.StatusOK) && p.try < webhookTries && g.ctx.Err() == nil {
		g.enqueue(p, min(firstRetry<<min(p.try, 10), lastRetry))
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending--
	if err != nil || status != http.StatusOK {
		g.lost++
	}
	g.change()
}

// Deliver signs a webhook body, posts it once and returns the HTTP status.
// Whoever speaks in it has been heard, at the time it says.
func (g *Graph) Deliver(ctx context.Context, body []byte) (int, error) {
	g.hearAll(body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.opt.Webhook, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("build webhook call: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", SignMeta(g.opt.AppSecret, body))
	resp, err := g.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("call webhook: %w", err)
	}
	return resp.StatusCode, resp.Body.Close()
}

// hearAll opens the windows of the people who speak in a body.
func (g *Graph) hearAll(body []byte) {
	root, _ := lenient.Parse(body)
	for entry := range root.Member("entry").Items() {
		for item := range entry.Member("messaging").Items() {
			psid := item.Member("sender").Member("id").ID(64)
			spoke := item.Member("message") != nil || item.Member("postback") != nil || item.Member("referral") != nil
			if psid != "" && psid != g.opt.PageID && spoke {
				g.Heard(psid, item.Member("timestamp").Time())
			}
		}
	}
}
