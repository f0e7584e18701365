package gateway

import (
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
	"nagorik/handoff/spending"
)

// Units of one segment that is sent by itself, when we cut a text.
const (
	segmentGSM7 = 160
	segmentUCS2 = 70
)

// Send hands a message to a call of the person's that waits for its answer,
// else it calls the gateway's API. Its errors are *bot.SendError.
func (g *Gateway) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	if e := g.refuse(&out); e != nil {
		return bot.Sent{}, e
	}
	if out.Doubts > 0 && !out.Insist && (g.p.send == nil || !g.p.send.dedup) {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendUnknown, Once: true, Text: "the SMS gateway may have the message already and could not tell a repeat"}
	}
	if err := ctx.Err(); err != nil {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendRetry, Text: "there was no time to send", Err: err}
	}
	if g.replies() && out.Doubts == 0 && g.waiting.hand(ctx, out.Address, out.Text, g.now()) {
		return bot.Sent{Paid: sms.PaidFor(out.Text)}, nil
	}
	if _, opaque := g.opaque(out.Address); g.p.send == nil || opaque && !g.p.send.masked {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendReject, Code: sms.CodeNoWay, Text: "this SMS gateway sends only in answer to a message"}
	}
	return g.sendParts(ctx, &out)
}

// refuse says what cannot be sent by this gateway at all.
func (g *Gateway) refuse(out *bot.Outgoing) *bot.SendError {
	_, opaque := g.opaque(out.Address)
	number, ok := sms.Number(out.Address)
	switch {
	case strings.TrimSpace(out.Text) == "":
		return &bot.SendError{Outcome: bot.SendReject, Text: "the message is empty"}
	case !opaque && (!ok || number != out.Address):
		return &bot.SendError{Outcome: bot.SendReject, Code: sms.CodeNoWay, Text: "this SMS gateway cannot send to this sender"}
	case opaque && g.p.send != nil && !g.p.send.masked && !g.replies():
		return &bot.SendError{Outcome: bot.SendReject, Code: sms.CodeNoWay, Text: "this SMS gateway cannot send to masked senders"}
	}
	return nil
}

// sendParts makes one call, or one for each segment where the gateway takes
// no more at once. A part that fails after others went out leaves the message
// half sent: that is for a person to see, unless the gateway knows a repeat.
func (g *Gateway) sendParts(ctx context.Context, out *bot.Outgoing) (bot.Sent, error) {
	parts := []string{out.Text}
	if g.p.send.split {
		parts = segments(out.Text)
	}
	var first bot.Sent
	var paid spending.Paid
	for i, text := range parts {
		sent, err := g.sendOne(ctx, out, text, i+1, len(parts))
		if err == nil || err.Outcome == bot.SendUnknown {
			paid = add(paid, sent.Paid)
		}
		switch {
		case err == nil && i == 0:
			first = sent
		case err != nil && i > 0 && !g.p.send.dedup:
			return bot.Sent{}, &bot.SendError{
				Outcome: bot.SendUnknown, Once: true, Code: err.Code, Err: err.Err, Paid: paid,
				Text: "part " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(parts)) + " was not taken: " + err.Text,
			}
		case err != nil:
			err.Paid = paid
			return bot.Sent{}, err
		}
	}
	first.Paid = paid
	return first, nil
}

// add adds what is paid for a part to what is paid for those before. Parts cut
// here are billed each by its own letters; one in Unicode makes all count so.
func add(all, part spending.Paid) spending.Paid {
	return spending.Paid{Segments: all.Segments + part.Segments, Unicode: all.Unicode || part.Unicode}
}

// segments cuts a text so that each piece is one segment by itself.
func segments(text string) []string {
	count := gsm.Segments(text)
	if count.Segments <= 1 {
		return []string{text}
	}
	most := segmentUCS2
	if count.Encoding == gsm.GSM7 {
		most = segmentGSM7
	}
	var parts []string
	for _, part := range bangla.Cut(text, most) {
		if gsm.Segments(part).Segments > 1 { // signs of two units: as many again
			parts = append(parts, bangla.Cut(part, most/2)...)
			continue
		}
		parts = append(parts, part)
	}
	return parts
}

// sendOne makes one call. What is paid for it comes with an error too, which
// says by its outcome whether it may have been handed over.
func (g *Gateway) sendOne(ctx context.Context, out *bot.Outgoing, text string, part, parts int) (bot.Sent, *bot.SendError) {
	ctx, cancel := context.WithTimeout(ctx, g.p.send.timeout)
	defer cancel()
	if g.limiter != nil {
		if err := g.limiter.Wait(ctx); err != nil {
			return bot.Sent{}, &bot.SendError{Outcome: bot.SendRetry, Text: "the SMS gateway's rate is used up", Err: err}
		}
	}
	c := g.p.send.request(g.varsOf(out, text, part, parts, false), false)
	sent := bot.Sent{Paid: sms.PaidFor(text)}
	answer, e := g.exchange(ctx, &c)
	if e != nil {
		return sent, e
	}
	answer.text = text
	if e := g.p.judge(answer, out.Doubts); e != nil {
		return sent, e
	}
	if !g.p.send.accepts(answer) {
		sent.Paid = spending.Paid{} // a repeat: it was counted with the attempt before
	}
	sent.ProviderID = g.sentID(answer.at(g.p.send.providerID))
	return sent, nil
}

// exchange makes a call and reads the answer. What ended before the request
// was written was surely not sent; afterwards nobody knows.
func (g *Gateway) exchange(ctx context.Context, c *call) (*response, *bot.SendError) {
	var written atomic.Bool
	req, err := c.http(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { written.Store(false) },
		WroteHeaders: func() { written.Store(true) },
	}), g.p.send)
	if err != nil {
		return nil, &bot.SendError{Outcome: bot.SendReject, Text: "the call to the SMS gateway cannot be made: " + err.Error()}
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return nil, g.broken(err, written.Load())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, g.broken(err, true)
	}
	if len(body) > maxAnswer {
		return nil, g.broken(errors.New("the answer is too large"), true)
	}
	return &response{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// broken is a call that brought no answer.
func (g *Gateway) broken(err error, written bool) *bot.SendError {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the address holds secrets and the number
	}
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		err = errors.New(g.p.mask(err.Error())) // it may quote what came
	}
	if !written {
		return &bot.SendError{Outcome: bot.SendRetry, Text: "the SMS gateway cannot be reached", Err: err}
	}
	return &bot.SendError{Outcome: bot.SendUnknown, Once: !g.p.send.dedup, Text: "the connection to the SMS gateway broke before it answered", Err: err}
}

// maxID bounds a gateway's id of a message, in bytes.
const maxID = 200

// providerID is a gateway's id of a person's message as it is kept: ids of
// different gateways must not meet.
func (g *Gateway) providerID(id string) string { return keptID(g.p.name+":", id) }

// sentID is a gateway's id of a message of ours. They are counted apart from
// those of people's messages, by this mark. 0 is what gateways say that have
// none.
func (g *Gateway) sentID(id string) string {
	if id = strings.TrimSpace(id); id == "0" {
		return ""
	}
	return keptID(g.p.name+">", id)
}

func keptID(mark, id string) string {
	id = clean(strings.TrimSpace(id))
	if id == "" {
		return ""
	}
	if len(id) > maxID {
		id = "sum:" + ref20(id)
	}
	return mark + id
}
