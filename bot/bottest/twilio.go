package bottest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// SignTwilio is the X-Twilio-Signature of a call to an address, with the
// fields of its form.
func SignTwilio(token, address string, fields url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(fields[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			mac.Write([]byte(name + v))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// TwilioSent is a message as Twilio took it.
type TwilioSent struct {
	SID, To, From, Body, Callback string
	At                            time.Time
}

// Twilio is a stand-in for Twilio's REST API: it refuses what Twilio refuses,
// lists what it has taken, and fails when told to.
type Twilio struct {
	account, token string
	server         *httptest.Server
	media          *twilioFiles

	mu    sync.Mutex
	sent  []TwilioSent
	fails []twilioFault
}

type twilioFault struct {
	status, code int
	drop, take   bool
}

// NewTwilio starts a stand-in for one account.
func NewTwilio(account, token string) *Twilio {
	t := &Twilio{account: account, token: token, media: newTwilioFiles()}
	t.server = httptest.NewServer(t)
	return t
}

// URL is where it listens.
func (t *Twilio) URL() string { return t.server.URL }

// Close stops it.
func (t *Twilio) Close() {
	t.server.Close()
	t.media.host.Close()
}

// Fail makes the next send fail with an HTTP status and Twilio's own code; with
// code 0 the answer is a page of HTML.
func (t *Twilio) Fail(status, code int) { t.queue(twilioFault{status: status, code: code}) }

// Drop makes the next send lose its connection, after the message was taken or
// before.
func (t *Twilio) Drop(taken bool) { t.queue(twilioFault{drop: true, take: taken}) }

func (t *Twilio) queue(f twilioFault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fails = append(t.fails, f)
}

// Sent is what was taken for a number, in order; for all with an empty one.
func (t *Twilio) Sent(to string) []TwilioSent {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []TwilioSent
	for _, s := range t.sent {
		if to == "" || s.To == to {
			list = append(list, s)
		}
	}
	return list
}

// ServeHTTP answers one call of the API.
func (t *Twilio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	account, token, _ := r.BasicAuth()
	switch {
	case account != t.account || token != t.token:
		refuseTwilio(w, http.StatusUnauthorized, 20003)
	case t.media.has(r.URL.Path):
		http.Redirect(w, r, t.media.host.URL+r.URL.Path, http.StatusTemporaryRedirect)
	case r.URL.Path != "/2010-04-01/Accounts/"+t.account+"/Messages.json":
		refuseTwilio(w, http.StatusNotFound, 20404)
	case r.Method == http.MethodGet:
		t.list(w, r)
	default:
		t.take(w, r)
	}
}

func (t *Twilio) take(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var fault twilioFault
	if len(t.fails) > 0 {
		fault, t.fails = t.fails[0], t.fails[1:]
	}
	if fault.status != 0 {
		refuseTwilio(w, fault.status, fault.code)
		return
	}
	to, body := r.PostFormValue("To"), r.PostFormValue("Body")
	from := r.PostFormValue("From") + r.PostFormValue("MessagingServiceSid")
	switch {
	case !strings.HasPrefix(to, "+") || len(to) < 9:
		refuseTwilio(w, http.StatusBadRequest, 21211)
		return
	case from == "":
		refuseTwilio(w, http.StatusBadRequest, 21606)
		return
	case body == "" || len([]rune(body)) > 1600:
		refuseTwilio(w, http.StatusBadRequest, 21617)
		return
	}
	s := TwilioSent{
		SID: fmt.Sprintf("SM%032x", len(t.sent)+1), To: to, From: from, Body: body, Callback: r.PostFormValue("StatusCallback"), At: time.Now(),
	}
	if !fault.drop || fault.take {
		t.sent = append(t.sent, s)
	}
	if fault.drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(s.shown())
}

func (s TwilioSent) shown() map[string]any {
	return map[string]any{
		"sid": s.SID, "to": s.To, "body": s.Body, "status": "queued", "direction": "outbound-api", "num_segments": "1",
		"date_created": s.At.UTC().Format(time.RFC1123Z), "date_sent": nil, "error_code": nil,
	}
}

// list shows what was sent to a number, the newest first.
func (t *Twilio) list(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	shown := []map[string]any{}
	for _, s := range slices.Backward(t.sent) {
		if s.To == r.URL.Query().Get("To") {
			shown = append(shown, s.shown())
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"messages": shown, "page": 0})
}

func refuseTwilio(w http.ResponseWriter, status, code int) {
	if code == 0 {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<html><body><h1>%d</h1></body></html>", status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code": code, "message": "refused", "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), "status": status,
	})
}
