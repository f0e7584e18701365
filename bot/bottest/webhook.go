package bottest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
	"unicode/utf8"

	"nagorik/flows"
)

// SignMeta is the value of X-Hub-Signature-256 for a webhook body.
func SignMeta(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Item is one element of a webhook's messaging[], as JSON.
type Item []byte

// From says who did something on which Page, under which message id and when.
type From struct {
	Page, PSID, MID string
	At              time.Time
}

// Text is typed text.
func (f From) Text(text string) Item {
	return f.message(func(b []byte) []byte { return appendMeta(append(b, `,"text":`...), text) })
}

// QuickReply is a tap on a quick reply.
func (f From) QuickReply(c flows.Choice) Item {
	return f.message(func(b []byte) []byte {
		b = appendMeta(append(b, `,"text":`...), c.Title)
		b = appendMeta(append(b, `,"quick_reply":{"payload":`...), c.Payload)
		return append(b, '}')
	})
}

// Photos are photos in one message, by their addresses.
func (f From) Photos(urls ...string) Item {
	return f.message(func(b []byte) []byte {
		b = append(b, `,"attachments":[`...)
		for i, u := range urls {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendMeta(append(b, `{"type":"image","payload":{"url":`...), u)
			b = append(b, `}}`...)
		}
		return append(b, ']')
	})
}

// Sticker is a sticker in the form sent since September 2026.
func (f From) Sticker(id int64) Item {
	return f.message(func(b []byte) []byte {
		b = append(b, `,"attachments":[{"type":"sticker","payload":{"url":"https:\/\/scontent.xx.fbcdn.net\/s.png","sticker_id":`...)
		b = strconv.AppendInt(b, id, 10)
		return append(b, `}}]`...)
	})
}

// Pin is a place in the form of old clients; new ones cannot send any.
func (f From) Pin(lat, lon float64) Item {
	return f.message(func(b []byte) []byte {
		b = append(b, `,"attachments":[{"type":"location","payload":{"coordinates":{"lat":`...)
		b = strconv.AppendFloat(b, lat, 'f', -1, 64)
		b = append(b, `,"long":`...)
		b = strconv.AppendFloat(b, lon, 'f', -1, 64)
		return append(b, `}}}]`...)
	})
}

// Postback is a tap on a button, the menu or Get Started; ref is that of the
// link that opened a new thread, or empty.
func (f From) Postback(c flows.Choice, ref string) Item {
	b := appendMeta(append(f.head(f.PSID, f.Page), `,"postback":{"mid":`...), f.MID)
	b = appendMeta(append(b, `,"title":`...), c.Title)
	b = appendMeta(append(b, `,"payload":`...), c.Payload)
	if ref != "" {
		b = appendMeta(append(b, `,"referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":`...), ref)
		b = append(b, '}')
	}
	return append(b, `}}`...)
}

// Echo is what the Page said to the person: by the app (a number in digits,
// or empty) and with the metadata it set (or empty).
func (f From) Echo(app, metadata, text string) Item {
	b := appendMeta(append(f.head(f.Page, f.PSID), `,"message":{"is_echo":true,"mid":`...), f.MID)
	if app != "" {
		b = append(append(b, `,"app_id":`...), app...)
	}
	if metadata != "" {
		b = appendMeta(append(b, `,"metadata":`...), metadata)
	}
	b = appendMeta(append(b, `,"text":`...), text)
	return append(b, `}}`...)
}

// Delivered says that the person's device has these messages.
func (f From) Delivered(mids ...string) Item {
	b := append(f.head(f.PSID, f.Page), `,"delivery":{"mids":[`...)
	for i, mid := range mids {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMeta(b, mid)
	}
	b = append(b, `],"watermark":`...)
	b = strconv.AppendInt(b, f.At.UnixMilli(), 10)
	return append(b, `}}`...)
}

// Read says that the person has read all up to At.
func (f From) Read() Item {
	b := append(f.head(f.PSID, f.Page), `,"read":{"watermark":`...)
	b = strconv.AppendInt(b, f.At.UnixMilli(), 10)
	return append(b, `}}`...)
}

// head opens an item.
func (f From) head(sender, recipient string) []byte {
	b := appendMeta(append(make([]byte, 0, 512), `{"sender":{"id":`...), sender)
	b = appendMeta(append(b, `},"recipient":{"id":`...), recipient)
	b = append(b, `},"timestamp":`...)
	return strconv.AppendInt(b, f.At.UnixMilli(), 10)
}

func (f From) message(rest func([]byte) []byte) Item {
	b := appendMeta(append(f.head(f.PSID, f.Page), `,"message":{"mid":`...), f.MID)
	return append(rest(b), `}}`...)
}

// Webhook is a body with one entry of all items.
func Webhook(page string, at time.Time, items ...Item) []byte {
	return Webhooks(page, at, items)
}

// Webhooks is a body with several entries, as Meta batches them.
func Webhooks(page string, at time.Time, entries ...[]Item) []byte {
	b := append(make([]byte, 0, 1024), `{"object":"page","entry":[`...)
	for i, items := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMeta(append(b, `{"id":`...), page)
		b = append(b, `,"time":`...)
		b = strconv.AppendInt(b, at.UnixMilli(), 10)
		b = append(b, `,"messaging":[`...)
		for j, item := range items {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, item...)
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...)
}

// appendMeta writes a JSON string as Meta does: everything but ASCII as \u
// escapes in UTF-16, slashes escaped. A byte that is no UTF-8 stays as it is,
// to try readers with.
func appendMeta(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(b, s[i])
		case r == '"' || r == '\\' || r == '/':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r < utf8.RuneSelf:
			b = append(b, byte(r))
		case r > 0xFFFF:
			r -= 0x10000
			b = appendEscape(appendEscape(b, 0xD800+r>>10), 0xDC00+r&0x3FF)
		default:
			b = appendEscape(b, r)
		}
		i += size
	}
	return append(b, '"')
}

func appendEscape(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
