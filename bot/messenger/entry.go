package messenger

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// Bounds of what is read out of an event.
const (
	maxID        = 64     // bytes of a page, person or app id
	maxMID       = 512    // bytes of a message id; a longer one is kept as its sum
	maxText      = 20_000 // characters of a message that are kept
	maxTitle     = 200    // characters of a button's title
	maxPayload   = 1000   // characters of a payload, which is Meta's own bound
	maxRef       = 250    // characters of a link's ref
	maxNote      = 500    // characters of what the provider says
	maxMedia     = 30     // photos of one message
	maxReceipts  = 1000   // messages in one receipt
	maxURL       = 4096   // bytes of a photo's address
	metadataMark = "nagorik:"
)

// entry reads one element of entry[]: messaging and standby, each of any
// length, and the page's feed, which is only counted.
func (r *reading) entry(e lenient.Value) {
	if e.Kind() != lenient.Object {
		r.skip(skipUnreadable)
		return
	}
	var messaging, standby, changes lenient.Value
	page, at := "", time.Time{}
	for name, v := range e.Members() {
		switch string(name) {
		case "id":
			page = v.ID(maxID)
		case "time":
			at = v.Time()
		case "messaging":
			messaging = v
		case "standby":
			standby = v
		case "changes":
			changes = v
		}
	}
	if page != "" && page != r.m.pageID {
		r.skip(skipPage)
		return
	}
	n := r.items(messaging, at, false) + r.items(standby, at, true) + r.changes(changes)
	if n == 0 {
		r.skip(skipEmpty)
	}
}

func (r *reading) items(list lenient.Value, at time.Time, standby bool) int {
	n := 0
	for v := range list.Items() {
		n++
		r.item(v, at, standby)
	}
	return n
}

func (r *reading) changes(list lenient.Value) int {
	n := 0
	for v := range list.Items() {
		n++
		why := skipChange
		if field, _ := v.Member("field").Text(maxID); field == "feed" {
			why = skipFeed
		}
		r.skip(why)
	}
	return n
}

// item is one element of messaging[] or standby[].
type item struct {
	sender    string
	guest     bool // a user_ref stands for the sender
	recipient string
	at        time.Time // its own time, else the entry's
	stamp     string    // its own time as it counts for a synthetic id
	standby   bool
	key       string // what happened
	body      lenient.Value
}

// item reads an element and hands it to the reader of its key.
func (r *reading) item(v lenient.Value, entryTime time.Time, standby bool) {
	if v.Kind() != lenient.Object || !v.Sound() {
		r.skip(skipUnreadable)
		return
	}
	it := item{at: entryTime, standby: standby}
	for name, m := range v.Members() {
		it.member(name, m)
	}
	if it.at.IsZero() {
		it.at = r.m.now().UTC()
	}
	switch {
	case it.key == "":
		r.skip(skipUnknown)
	case it.body.Kind() != lenient.Object:
		r.skip(skipUnreadable)
	default:
		r.event(&it)
	}
}

func (it *item) member(name []byte, v lenient.Value) {
	switch string(name) {
	case "sender":
		it.sender, it.guest = person(v)
	case "recipient":
		it.recipient, _ = person(v)
	case "timestamp":
		if at := v.Time(); !at.IsZero() {
			it.at, it.stamp = at, strconv.FormatInt(at.UnixMilli(), 10)
		}
	default:
		if key := string(name); readers[key] != nil && v.Kind() != lenient.Null {
			it.key, it.body = key, v
		}
	}
}

// person reads {"id":…}; guest is true for {"user_ref":…}.
func person(v lenient.Value) (id string, guest bool) {
	for name, m := range v.Members() {
		switch string(name) {
		case "id":
			if s := m.ID(maxID); plain(s) {
				id = s
			}
		case "user_ref":
			guest = true
		}
	}
	return id, guest && id == ""
}

// plain says whether an id is letters, digits and the few signs that ids have.
func plain(id string) bool {
	for i := range len(id) {
		c := id[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("_-.:", c) >= 0 {
			continue
		}
		return false
	}
	return true
}

// readers are the events that are known, by the key they come under.
var readers = map[string]func(*reading, *item){
	"message":                (*reading).message,
	"postback":               (*reading).postback,
	"referral":               (*reading).referral,
	"delivery":               (*reading).delivery,
	"read":                   (*reading).readReceipt,
	"message_edit":           (*reading).edit,
	"policy_enforcement":     (*reading).policy,
	"reaction":               skipping(skipReaction),
	"response_feedback":      skipping(skipFeedback),
	"messaging_feedback":     skipping(skipFeedback),
	"optin":                  skipping(skipOptin),
	"pass_thread_control":    skipping(skipThread),
	"take_thread_control":    skipping(skipThread),
	"request_thread_control": skipping(skipThread),
	"app_roles":              skipping(skipRoles),
	"account_linking":        skipping(skipOther),
	"order":                  skipping(skipOther),
}

func skipping(why skip) func(*reading, *item) {
	return func(r *reading, _ *item) { r.skip(why) }
}

// event hands an element on, unless it is another page's.
func (r *reading) event(it *item) {
	page := it.recipient
	if it.sender == r.m.pageID {
		page = it.sender
	}
	if page != "" && page != r.m.pageID {
		r.skip(skipPage)
		return
	}
	readers[it.key](r, it)
}

// from is the beginning of an event that a person caused; it is false when
// there is nobody to answer.
func (r *reading) from(it *item, kind bot.EventKind) (bot.Event, bool) {
	if it.sender == "" || it.sender == r.m.pageID {
		why := skipSender
		if it.guest {
			why = skipUserRef
		}
		r.skip(why)
		return bot.Event{}, false
	}
	return bot.Event{Kind: kind, Channel: Name, Address: it.sender, At: it.at, Standby: it.standby}, true
}

// providerID is the provider's message id, or its sum when it is too long or
// odd to be kept as a key.
func providerID(mid string) string {
	if len(mid) <= maxMID && strings.IndexFunc(mid, func(c rune) bool { return c <= ' ' || c == 0x7f || c == 0xFFFD }) < 0 {
		return mid
	}
	return synthetic("mid", mid)
}

// synthetic makes an id from what happened, the same each time it is brought.
func synthetic(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p))))
		h.Write([]byte{':'})
		h.Write([]byte(p))
	}
	return "nomid:" + hex.EncodeToString(h.Sum(nil)[:16])
}
