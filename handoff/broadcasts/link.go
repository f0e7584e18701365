package broadcasts

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// LinkPath is where a topic is left, by token.
const LinkPath = "/unsubscribe/"

// The parts of a token: the recipient's number and 128 bits of an HMAC-SHA256
// over it. It does not expire: mail is kept, and may be left at any time.
const (
	tokenNumber = 8
	tokenSum    = 16
	tokenBytes  = tokenNumber + tokenSum
)

// Links makes and reads links that leave a topic and that nobody can guess.
type Links struct {
	base string
	key  []byte
}

// NewLinks signs links under publicURL with a key that is derived from secret.
func NewLinks(publicURL string, secret []byte) *Links {
	sum := hmac.New(sha256.New, secret)
	sum.Write([]byte("nagorik: links that leave a topic"))
	return &Links{base: strings.TrimRight(publicURL, "/"), key: sum.Sum(nil)}
}

// Link is where a recipient leaves the topic of its broadcast by mail.
func (l *Links) Link(recipient int64) string {
	token := binary.BigEndian.AppendUint64(make([]byte, 0, tokenBytes), uint64(recipient)) //nolint:gosec // a row's number is never negative
	return l.base + LinkPath + base64.RawURLEncoding.EncodeToString(append(token, l.sum(token)...))
}

// Read says which recipient a token is for; false when it is none of ours.
func (l *Links) Read(token string) (recipient int64, ok bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return 0, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || !hmac.Equal(b[tokenNumber:], l.sum(b[:tokenNumber])) {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(b)), true //nolint:gosec // we have signed it
}

func (l *Links) sum(body []byte) []byte {
	sum := hmac.New(sha256.New, l.key)
	sum.Write(body)
	return sum.Sum(nil)[:tokenSum]
}
