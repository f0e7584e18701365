package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
)

// idParam is our own id of a message in the address of its status callback: a
// receipt finds the message even when Twilio's answer never reached us.
const idParam = "id"

// statusPath is where status callbacks go, below the public URL.
const statusPath = "/channels/twilio/status"

// lookBack is how far back a message of unknown outcome is looked for, and
// lookMost how many of the person's latest messages are looked through.
const (
	lookBack = 48 * time.Hour
	lookMost = 50
	// clockSkew is how much our clock and Twilio's may differ.
	clockSkew = time.Minute
)

// message is a message as Twilio's API shows it.
type message struct {
	SID       string `json:"sid"`
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
	if err := t.call(ctx, http.MethodPost, nil, strings.NewReader(values.Encode()), &m); err != nil {
		return bot.Sent{}, err
	}
	return bot.Sent{ProviderID: prefixed(m.SID)}, nil
}

// prefixed is the sid of a message of ours as the record holds it, apart from
// those that come in; none is none.
func prefixed(sid string) string {
	if sid == "" {
		return ""
	}
	return Name + ">" + sid
}

// find looks for a message among those sent to the person of late. An error
// means that nothing was sent now.
func (t *Twilio) find(ctx context.Context, out bot.Outgoing) (sid string, err error) {
	since := t.queued(out)
	query := url.Values{"To": {out.Address}, "DateSent>": {since.UTC().Format(time.DateOnly)}, "PageSize": {"50"}}
	var page struct {
		Messages []message `json:"messages"`
	}
	if err := t.call(ctx, http.MethodGet, query, nil, &page); err != nil {
		var e *bot.SendError
		if errors.As(err, &e) && e.Outcome != bot.SendPause {
			e.Outcome, e.Text = bot.SendRetry, "it could not be looked up whether it was sent before"
		}
		return "", err
	}
	for i, m := range page.Messages {
		if i == lookMost {
			break
		}
		if created, err := time.Parse(time.RFC1123Z, m.Created); err != nil || created.Before(since.Add(-clockSkew)) {
			continue // said before, in the same words
		}
		if m.Body == out.Text && strings.HasPrefix(m.Direction, "outbound") && m.Status != "failed" && m.Status != "undelivered" {
			return m.SID, nil
		}
	}
	return "", nil
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

// call makes a call to the account's messages and reads the answer into v.
func (t *Twilio) call(ctx context.Context, method string, query url.Values, body io.Reader, v any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if ctx.Err() != nil {
		return &bot.SendError{Outcome: bot.SendRetry, Text: "stopped before it was sent", Err: ctx.Err()}
	}
	address := t.api + "/2010-04-01/Accounts/" + t.account + "/Messages.json"
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return &bot.SendError{Outcome: bot.SendReject, Text: "the message cannot be put into a call"}
	}
	req.Header.Set("Authorization", t.authorize)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := t.client.Do(req)
	if err != nil {
		return unanswered(err)
	}
	defer res.Body.Close()
	return read(res, v)
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
