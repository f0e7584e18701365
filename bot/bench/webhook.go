package bench

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
	"time"
	"unicode/utf8"
)

// What the server is told of Messenger.
const (
	pageID      = "104000000000001"
	pageToken   = "bench-page-token"
	appSecret   = "bench-app-secret"
	verifyToken = "bench-verify-token"
	webhookPath = "/channels/messenger"
)

// writer builds signed webhook calls, one event each, into one buffer. It
// belongs to one goroutine.
type writer struct {
	host string
	mac  hash.Hash
	body []byte
	sum  []byte
	call []byte
}

func newWriter(host string) *writer {
	return &writer{host: host, mac: hmac.New(sha256.New, []byte(appSecret))}
}

// build is the whole HTTP request of one message. It is good until the next.
func (w *writer) build(psid uint64, mid uint64, run string, at time.Time, words *Words) []byte {
	w.body = appendEvent(w.body[:0], psid, mid, run, at, words)
	w.mac.Reset()
	w.mac.Write(w.body)
	w.sum = w.mac.Sum(w.sum[:0])
	b := append(w.call[:0], "POST "+webhookPath+" HTTP/1.1\r\nHost: "...)
	b = append(b, w.host...)
	b = append(b, "\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256="...)
	b = hex.AppendEncode(b, w.sum)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(w.body)), 10)
	b = append(b, "\r\n\r\n"...)
	w.call = append(b, w.body...)
	return w.call
}

// appendEvent writes a webhook body as Meta does.
func appendEvent(b []byte, psid, mid uint64, run string, at time.Time, words *Words) []byte {
	b = append(b, `{"object":"page","entry":[{"id":"`+pageID+`","time":`...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	b = append(b, `,"messaging":[{"sender":{"id":"`...)
	b = strconv.AppendUint(b, psid, 10)
	b = append(b, `"},"recipient":{"id":"`+pageID+`"},"timestamp":`...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	b = append(b, `,"message":{"mid":"m_`...)
	b = append(b, run...)
	b = strconv.AppendUint(b, mid, 10)
	b = append(b, `","text":`...)
	if words.Tapped {
		b = appendEscaped(b, words.Choice.Title)
		b = append(b, `,"quick_reply":{"payload":`...)
		b = appendEscaped(b, words.Choice.Payload)
		b = append(b, '}')
	} else {
		b = appendEscaped(b, words.Text)
	}
	return append(b, `}}]}]}`...)
}

// appendEscaped writes a JSON string in ASCII, as Meta writes them.
func appendEscaped(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\' || r == '/':
			b = append(b, '\\', byte(r))
		case r >= ' ' && r < utf8.RuneSelf:
			b = append(b, byte(r))
		case r > 0xFFFF:
			r -= 0x10000
			b = appendUnit(appendUnit(b, 0xD800+r>>10), 0xDC00+r&0x3FF)
		default:
			b = appendUnit(b, r)
		}
	}
	return append(b, '"')
}

func appendUnit(b []byte, unit rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[unit>>12&15], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
