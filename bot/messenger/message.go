package messenger

import (
	"net/url"
	"strings"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// What Event.Other says.
const (
	otherSticker     = "sticker"
	otherLink        = "link"
	otherUnsupported = "unsupported"
)

// message is the body of a "message" event, as far as it can be read.
type message struct {
	mid, text, appID  string
	metadata, replyTo string
	ref, payload      string
	hasText, tapped   bool
	echo, deleted     bool
	unsupported       bool
	adminText, odd    bool // odd: text is there and is no text
	stickerID         string
	attachments       lenient.Value
}

// readMessage reads each member leniently; none of them is needed.
func readMessage(body lenient.Value) (m message) {
	for name, v := range body.Members() {
		switch string(name) {
		case "mid":
			m.mid, _ = v.Text(0)
		case "text":
			m.text, m.hasText = v.Text(maxText)
			m.odd = !m.hasText && v.Kind() != lenient.Null
		case "quick_reply":
			m.tapped = v.Kind() == lenient.Object
			m.payload = words(v.Member("payload"), maxPayload)
		case "attachments":
			m.attachments = v
		case "reply_to":
			m.replyTo, _ = v.Member("mid").Text(0)
		case "referral":
			m.ref = ref(v)
		case "sticker_id":
			m.stickerID = v.ID(maxID)
		default:
			m.flag(name, v)
		}
	}
	return m
}

// flag reads the members that say what sort of message it is.
func (m *message) flag(name []byte, v lenient.Value) {
	switch string(name) {
	case "is_echo":
		m.echo = v.Bool()
	case "is_deleted":
		m.deleted = v.Bool()
	case "is_unsupported":
		m.unsupported = v.Bool()
	case "app_id":
		m.appID = v.ID(maxID)
	case "metadata":
		m.metadata, _ = v.Text(maxPayload)
	case "admin_text":
		m.adminText = true
	}
}

// message sorts a message: a person's own, the city's side, one taken back,
// or a note of Meta's that is nobody's.
func (r *reading) message(it *item) {
	m := readMessage(it.body)
	switch {
	case m.adminText && m.mid == "":
		r.skip(skipAdminText)
	case m.echo:
		r.echo(it, &m)
	case m.deleted:
		r.deleted(it, &m)
	default:
		r.said(it, &m)
	}
}

func (r *reading) said(it *item, m *message) {
	e, ok := r.from(it, bot.EventMessage)
	if !ok {
		return
	}
	if !m.content(&e) {
		r.skip(skipUnreadable)
		return
	}
	e.Ref = m.ref
	e.Payload, e.Tapped = m.payload, m.tapped
	if m.tapped && typed(m.text, m.payload) {
		e.Payload, e.Tapped = "", false
	}
	e.ProviderID = m.id(it.sender, it, &e)
	r.events = append(r.events, e)
}

func (r *reading) deleted(it *item, m *message) {
	e, ok := r.from(it, bot.EventDelete)
	if !ok {
		return
	}
	if m.mid == "" {
		r.skip(skipUnreadable)
		return
	}
	e.Target = providerID(m.mid)
	e.ProviderID = synthetic("delete", it.sender, m.mid)
	r.events = append(r.events, e)
}

// echo is what the Page said. Ours carries our metadata. One of our app
// without it (set by an earlier release, or by hand) only confirms that its
// message was sent; everything else is a person or another program.
func (r *reading) echo(it *item, m *message) {
	if it.sender != r.m.pageID || it.recipient == "" || it.recipient == r.m.pageID {
		r.skip(skipSender)
		return
	}
	e := bot.Event{Kind: bot.EventEcho, Channel: Name, Address: it.recipient, At: it.at, Standby: it.standby}
	ours := false
	if id, marked := strings.CutPrefix(m.metadata, metadataMark); marked && id != "" && len(id) <= maxID && plain(id) {
		e.MessageID, ours = id, true
	}
	if !m.content(&e) {
		e.Other = otherUnsupported
	}
	e.ProviderID = m.id(it.recipient, it, &e)
	if !ours && m.appID != "" && m.appID == r.m.appID {
		e = bot.Event{
			Kind: bot.EventReceipt, Channel: Name, Address: e.Address, At: e.At, Standby: e.Standby,
			Status: "sent", ProviderIDs: []string{e.ProviderID}, ProviderID: synthetic("sent", e.ProviderID),
		}
	}
	r.events = append(r.events, e)
}

// id is the message's key.
func (m *message) id(address string, it *item, e *bot.Event) string {
	if m.mid != "" {
		return providerID(m.mid)
	}
	parts := []string{"message", address, it.stamp, e.Payload, e.Text, e.Other}
	for _, media := range e.Media {
		parts = append(parts, media.URL)
	}
	return synthetic(parts...)
}

// typed says whether a quick reply is one that Messenger filled in with the
// person's own phone number or e-mail address: value and payload are the same
// and look like one.
func typed(text, payload string) bool {
	if text != payload || text == "" {
		return false
	}
	if strings.IndexByte(text, '@') > 0 {
		return true
	}
	digits := strings.TrimPrefix(text, "+")
	return len(digits) >= 7 && strings.Trim(digits, "0123456789 -") == ""
}

// content fills the event with what was said; false means that there is
// nothing in it that can be read or named.
func (m *message) content(e *bot.Event) bool {
	if m.odd {
		return false
	}
	if m.replyTo != "" {
		e.ReplyTo = providerID(m.replyTo)
	}
	e.Text = m.text
	other := ""
	if m.unsupported {
		other = otherUnsupported
	}
	for a := range m.attachments.Items() {
		other = m.attachment(e, a, other)
	}
	if m.stickerID != "" {
		other = sticker(e, m.stickerID)
	}
	if e.Text == "" && len(e.Media) == 0 && e.Location == nil || other == otherSticker {
		e.Other = other
	}
	if e.Text == "" && e.Other == "" && m.hasText {
		e.Other = otherUnsupported // of nothing but NUL, say
	}
	return e.Text != "" || e.Other != "" || len(e.Media) > 0 || e.Location != nil || m.tapped
}

// likes are the ids of the three sizes of thumb.
var likes = map[string]bool{"369239263222822": true, "369239343222814": true, "369239383222810": true}

// sticker notes a sticker; the thumb says 👍.
func sticker(e *bot.Event, id string) string {
	if likes[id] && e.Text == "" {
		e.Text = "👍"
	}
	e.Media = nil
	return otherSticker
}

// link is what a shared address becomes: kept for people to open.
func link(e *bot.Event, address string) string {
	if !webAddress(address) {
		return otherUnsupported
	}
	if e.Text == "" {
		e.Text = address
	}
	return otherLink
}

func webAddress(s string) bool {
	if len(s) > maxURL {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}
