package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/handoff/spending"
)

// idParam is our own id of a message in the address of its status callback: a
// receipt finds the message even when Twilio's answer never reached us.
const idParam = "id"

// statusPath is where status callbacks go, below the public URL.
const statusPath = "/channels/twilio/status"

// lookBack is how far back a message of unknown outcome is looked for,
// lookMost how many of the person's latest messages are looked through, and
// lookWithin how long: the send that may follow needs time too.
const (
	lookBack   = 48 * time.Hour
	lookMost   = 50
	lookWithin = 4 * time.Second
	// clockSkew is how much our clock and Twilio's may differ, beyond what the
	// Date of its answers tells. The same words said shortly before are another
	// message.
	clockSkew = 5 * time.Second
)

// message is a message as Twilio's API shows it.
type message struct {
	SID       string `json:"sid"`
	Segments  string `json:"num_segments"` // "0" by a messaging service, which counts them afterwards
	Body      string `json:"body"`
	Direction string `json:"direction"`
	Status    string `json:"status"`
	Created   string `json:"date_created"`
	Code      int    `json:"code"`
}

// Send makes one call to Twilio. A message that may have gone out before is
// looked up first.
func (t *Twilio) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	if out.Doubts > 0 {
		sid, err := t.find(ctx, out)
		if err != nil || sid != "" {
			return bot.Sent{ProviderID: prefixed(sid)}, err
		}
	}
	status := *t.public
	status.Path = strings.TrimRight(status.Path, "/") + statusPath
	status.RawQuery = url.Values{idParam: {out.ID}}.Encode()
	values := url.Values{"To": {out.Address}, "Body": {out.Text}, "StatusCallback": {status.String()}}
	if t.service {
		values.Set("MessagingServiceSid", t.from)
	} else {
		values.Set("From", t.from)
	}
	var m message
	if _, err := t.call(ctx, http.MethodPost, messages, nil, strings.NewReader(values.Encode()), &m); err != nil {
		var e *bot.SendError
		if errors.As(err, &e) && e.Outcome == bot.SendUnknown {
			e.Paid = m.paid(out.Text)
		}
		return bot.Sent{}, err
	}
	if m.SID == "" {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendUnknown, Text: "Twilio's answer could not be read", Paid: m.paid(out.Text)}
	}
	return bot.Sent{ProviderID: prefixed(m.SID), Paid: m.paid(out.Text)}, nil
}

// paid is what is paid for a message with these words: as many segments as
// Twilio says, or else as we count.
func (m *message) paid(words string) spending.Paid {
	paid := sms.PaidFor(words)
	if n, err := strconv.Atoi(m.Segments); err == nil && n > 0 && n <= mostSegments {
		paid.Segments = n
	}
	return paid
}

// mostSegments is as many as Twilio is believed to have made of one message.
const mostSegments = 30

// prefixed is the sid of a message of ours as the record holds it, apart from
// those that come in; none is none.
func prefixed(sid string) string {
	if sid == "" {
		return ""
	}
	return Name + ">" + sid
}

// find looks for a message among those sent to the person of late. An error
// means that nothing was sent now. The list is not narrowed by DateSent: what
// waits in a queue at Twilio has no such date yet.
func (t *Twilio) find(ctx context.Context, out bot.Outgoing) (sid string, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	asked := t.now()
	var page struct {
		Messages []message `json:"messages"`
	}
	header, err := t.call(ctx, http.MethodGet, messages, url.Values{"To": {out.Address}, "PageSize": {strconv.Itoa(lookMost)}}, nil, &page)
	if err != nil {
		var e *bot.SendError
		if errors.As(err, &e) && e.Outcome != bot.SendPause {
			e.Outcome, e.Text, e.Muted = bot.SendRetry, "it could not be looked up whether it was sent before", false
		}
		return "", err
	}
	since := t.queued(out).Add(ahead(header, asked) - clockSkew)
	for i := range page.Messages[:min(len(page.Messages), lookMost)] {
		if page.Messages[i].is(out.Text, since) {
			return page.Messages[i].SID, nil
		}
	}
	return "", nil
}

// is says whether a message in the list is ours with these words, sent since
// a time by Twilio's clock; before it they were said by another message.
func (m *message) is(words string, since time.Time) bool {
	created, err := time.Parse(time.RFC1123Z, m.Created)
	if err != nil || created.Before(since) || m.SID == "" || !strings.HasPrefix(m.Direction, "outbound") {
		return false
	}
	return m.Status != "failed" && m.Status != "undelivered" && slices.Equal(strings.Fields(m.Body), strings.Fields(words))
}

// ahead is how far Twilio's clock is ahead of ours, which was asked.
func ahead(h http.Header, asked time.Time) time.Duration {
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return theirs.Sub(asked).Truncate(time.Second)
}

// queued is when a message was written, which its id tells (UUIDv7).
func (t *Twilio) queued(out bot.Outgoing) time.Time {
	oldest := t.now().Add(-lookBack)
	id, err := uuid.Parse(out.ID)
	if err != nil || id.Version() != 7 {
		return oldest
	}
	if at := time.Unix(id.Time().UnixTime()); at.After(oldest) {
		return at
	}
	return oldest
}

// messages is the part of the account that sends.
const messages = "Messages"

// call makes a call to a part of the account and reads the answer into v.
func (t *Twilio) call(ctx context.Context, method, part string, query url.Values, body io.Reader, v any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if ctx.Err() != nil {
		return nil, &bot.SendError{Outcome: bot.SendRetry, Text: "stopped before it was sent", Err: ctx.Err()}
	}
	address := t.api + "/2010-04-01/Accounts/" + t.account + "/" + part + ".json"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, &bot.SendError{Outcome: bot.SendReject, Text: "the message cannot be put into a call"}
	}
	req.Header.Set("Authorization", t.authorize)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := t.client.Do(req)
	if err != nil {
		return nil, unanswered(err)
	}
	defer res.Body.Close()
	return res.Header, read(res, v)
}

// unanswered is a call without an answer: surely not sent only when there was
// no connection. The cause holds the address, and with it a number.
func unanswered(err error) error {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return &bot.SendError{Outcome: bot.SendRetry, Text: "Twilio cannot be reached"}
	}
	return &bot.SendError{Outcome: bot.SendUnknown, Text: "Twilio did not answer"}
}

// read reads an answer. One that says "taken" and cannot be read leaves the
// outcome open.
func read(res *http.Response, v any) error {
	raw, err := io.ReadAll(io.LimitReader(res.Body, responseSize))
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		if err == nil {
			err = json.Unmarshal(raw, v)
		}
		if err != nil {
			return &bot.SendError{Outcome: bot.SendUnknown, Text: "Twilio's answer could not be read"}
		}
		return nil
	}
	var fault message
	_ = json.Unmarshal(raw, &fault) // a page of HTML has no code
	return failure(res.StatusCode, fault.Code, res.Header.Get("Retry-After"))
}
