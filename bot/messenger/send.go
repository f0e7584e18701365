package messenger

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// Meta's windows: Window is how long after the person wrote anybody may send,
// StaffWindow how long a person of the staff may answer (HUMAN_AGENT).
const (
	Window      = 24 * time.Hour
	StaffWindow = 7 * 24 * time.Hour
)

// spareBytes is room in a call's body for what stands around the text.
const spareBytes = 1024

// Send makes one call to the Send API. A message outside the person's window
// is refused without a call, as Closed.
func (m *Messenger) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	how, refused := m.how(&out)
	if refused != nil {
		return bot.Sent{}, refused
	}
	body := appendMessage(make([]byte, 0, len(out.Text)+spareBytes), &out, how)
	answer, err := m.call(ctx, http.MethodPost, "/me/messages?"+m.proof, body)
	if err != nil && how == typeHuman {
		err = ofTag(err)
	}
	if err != nil {
		return bot.Sent{}, err
	}
	mid, _ := answer.Member("message_id").Text(0)
	if mid == "" {
		return bot.Sent{}, &bot.SendError{Outcome: bot.SendUnknown, Text: "Messenger's answer cannot be read"}
	}
	return bot.Sent{ProviderID: providerID(mid)}, nil
}

// how checks the message and says as what it is sent. When nobody knows when
// the person wrote last, Meta decides.
func (m *Messenger) how(out *bot.Outgoing) (string, error) {
	switch {
	case out.Address == "" || len(out.Address) > maxID || !plain(out.Address):
		return "", &bot.SendError{Outcome: bot.SendReject, Text: "this is not a Messenger address"}
	case strings.TrimSpace(out.Text) == "" && out.Photo == "":
		return "", &bot.SendError{Outcome: bot.SendReject, Text: "the message is empty"}
	case utf8.RuneCountInString(out.Text) > maxSendText:
		return "", &bot.SendError{Outcome: bot.SendReject, Text: "the message is too long for Messenger"}
	case out.Template != nil:
		return typeUtility, nil
	case out.Heard.IsZero():
		return typeResponse, nil
	}
	since := m.now().Sub(out.Heard)
	switch {
	case since < Window:
		return typeResponse, nil
	case out.Human && since < StaffWindow:
		return typeHuman, nil
	}
	return "", &bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "Messenger's window for answers has closed"}
}

// Windows are how long Messenger takes answers after a person wrote.
func (*Messenger) Windows() (anybody, staff time.Duration) { return Window, StaffWindow }

// Pictured says that Messenger shows photos, which it fetches by itself.
func (*Messenger) Pictured() {}

// Typing shows that an answer is being written, for 20 seconds at most.
func (m *Messenger) Typing(ctx context.Context, address string) error {
	body := appendAction(nil, address, "typing_on")
	_, err := m.call(ctx, http.MethodPost, "/me/messages?"+m.proof, body)
	return err
}

// call asks the Graph API. Its errors are *bot.SendError; none holds the
// token or the URL, which carries its proof.
func (m *Messenger) call(ctx context.Context, method, path string, body []byte) (lenient.Value, error) {
	var reached atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, m.api+path, bytes.NewReader(body))
	if err != nil {
		return nil, &bot.SendError{Outcome: bot.SendReject, Text: "the call to Messenger cannot be made", Err: errors.New("build request")}
	}
	req.Header["Authorization"] = m.authorize
	if body != nil {
		req.Header["Content-Type"] = contentType
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return nil, broken(err, reached.Load())
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, responseSize))
	if err != nil {
		return nil, broken(err, true)
	}
	value, _ := lenient.Parse(answer)
	if !value.Sound() {
		value = nil
	}
	if resp.StatusCode != http.StatusOK || value.Member("error").Kind() == lenient.Object {
		return nil, refusal(resp, value.Member("error"))
	}
	return value, nil
}

var contentType = []string{"application/json"}

// broken is a call that brought no answer: surely not sent if no connection
// was ever there, else unknown.
func broken(err error, reached bool) *bot.SendError {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if !reached {
		return &bot.SendError{Outcome: bot.SendRetry, Text: "Messenger cannot be reached", Err: err}
	}
	return &bot.SendError{Outcome: bot.SendUnknown, Text: "the connection to Messenger broke", Err: err}
}
