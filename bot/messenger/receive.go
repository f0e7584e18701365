package messenger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// ahead is how far in the future a time is believed: one event from the year
// 3000 would make all later ones of its conversation late.
const ahead = 24 * time.Hour

// maxChallenge bounds what is echoed to whoever verifies the webhook.
const maxChallenge = 1000

// Receive answers the verification of the webhook (GET) and reads its events
// (POST). A wrong word or signature is bot.ErrSignature. Of a signed body
// whatever can be read is returned, in order of time and without repeats;
// the rest is counted by reason in Skipped.
func (m *Messenger) Receive(_ context.Context, call bot.Call) (bot.Delivery, error) {
	switch call.Method {
	case http.MethodGet:
		return m.verification(call)
	case http.MethodPost:
		if !m.signed(call) {
			return bot.Delivery{}, bot.ErrSignature
		}
		return m.read(call.Body), nil
	default:
		return bot.Delivery{}, bot.ErrSignature
	}
}

// verification echoes the challenge as plain text when the word is right.
func (m *Messenger) verification(call bot.Call) (bot.Delivery, error) {
	if call.URL == nil {
		return bot.Delivery{}, bot.ErrSignature
	}
	q := call.URL.Query()
	got := sha256.Sum256([]byte(q.Get("hub.verify_token")))
	right := subtle.ConstantTimeCompare(got[:], m.verifyToken[:]) == 1
	challenge := q.Get("hub.challenge")
	if !right || q.Get("hub.mode") != "subscribe" || len(challenge) > maxChallenge {
		return bot.Delivery{}, bot.ErrSignature
	}
	return bot.Delivery{Answer: bot.Answer{
		Status: http.StatusOK, Type: "text/plain; charset=utf-8", Body: []byte(challenge),
		Header: http.Header{"X-Content-Type-Options": {"nosniff"}},
	}}, nil
}

// signed checks X-Hub-Signature-256 over the bytes as they came. The older
// sha1 header proves nothing.
func (m *Messenger) signed(call bot.Call) bool {
	sent, ok := strings.CutPrefix(call.Header.Get("X-Hub-Signature-256"), "sha256=")
	if !ok || len(sent) != hex.EncodedLen(sha256.Size) {
		return false
	}
	want, err := hex.DecodeString(sent)
	if err != nil {
		return false
	}
	for _, secret := range m.secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write(call.Body)
		if hmac.Equal(mac.Sum(nil), want) {
			return true
		}
	}
	return false
}

// skip is why something signed became no event; it is a label in /metrics.
type skip string

// The reasons for skipping.
const (
	skipNotJSON    skip = "not_json"
	skipObject     skip = "other_object" // not a Page's webhook: Instagram, users
	skipEmpty      skip = "empty"
	skipPage       skip = "other_page"
	skipUnreadable skip = "unreadable"
	skipSender     skip = "no_sender"
	skipUserRef    skip = "user_ref" // a checkbox plugin's guest cannot be answered
	skipUnknown    skip = "unknown_event"
	skipFeed       skip = "feed"
	skipChange     skip = "change"
	skipReaction   skip = "reaction"
	skipFeedback   skip = "feedback"
	skipOptin      skip = "optin"
	skipThread     skip = "thread_control"
	skipRoles      skip = "app_roles"
	skipAdminText  skip = "admin_text"
	skipRepeat     skip = "repeat"
	skipOther      skip = "not_for_us" // account linking, orders
)

// reading is one webhook body being read.
type reading struct {
	m       *Messenger
	events  []bot.Event
	skipped map[string]int
}

func (r *reading) skip(why skip) { r.skipN(why, 1) }

func (r *reading) skipN(why skip, n int) {
	if r.skipped == nil {
		r.skipped = make(map[string]int, 1)
	}
	r.skipped[string(why)] += n
}

// read takes a signed body apart.
func (m *Messenger) read(body []byte) bot.Delivery {
	r := &reading{m: m}
	if root, ok := lenient.Parse(body); !ok || root.Kind() != lenient.Object {
		r.skip(skipNotJSON)
	} else {
		r.root(root)
	}
	r.settle()
	return bot.Delivery{Events: r.events, Skipped: r.skipped}
}

func (r *reading) root(root lenient.Value) {
	var entries lenient.Value
	object := ""
	for name, v := range root.Members() {
		switch string(name) {
		case "object":
			object, _ = v.Text(maxID)
		case "entry":
			entries = v
		}
	}
	if object != "page" {
		r.skip(skipObject)
		return
	}
	n := 0
	for e := range entries.Items() {
		r.entry(e)
		n++
	}
	if n == 0 {
		r.skip(skipEmpty)
	}
}

// settle brings the events into order, drops repeats and pulls back times
// from the future.
func (r *reading) settle() {
	limit := r.m.now().Add(ahead)
	if len(r.events) > 1 {
		slices.SortStableFunc(r.events, func(a, b bot.Event) int { return a.At.Compare(b.At) })
		r.dropRepeats()
	}
	for i := range r.events {
		if r.events[i].At.After(limit) {
			r.events[i].At = limit.Add(-ahead).UTC()
		}
	}
}

func (r *reading) dropRepeats() {
	type key struct {
		kind bot.EventKind
		id   string
	}
	seen := make(map[key]bool, len(r.events))
	r.events = slices.DeleteFunc(r.events, func(e bot.Event) bool {
		k := key{e.Kind, e.ProviderID}
		if seen[k] {
			r.skip(skipRepeat)
			return true
		}
		seen[k] = true
		return false
	})
}
