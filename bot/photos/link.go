package photos

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"
)

// LinkPath is where photos that staff have sent are found, by token.
const LinkPath = "/photo/"

// LinkFor is how long a link to a photo works: long enough for somebody who
// reads his SMS late.
const LinkFor = 30 * 24 * time.Hour

// The parts of a token: the photo's id, the second since 1970 at which it
// expires, and 128 bits of an HMAC-SHA256 over both.
const (
	tokenID    = 16
	tokenUntil = 4
	tokenSum   = 16
	tokenBytes = tokenID + tokenUntil + tokenSum
)

// Links makes and reads links to photos that nobody can guess and that expire.
type Links struct {
	base string
	key  []byte
	now  func() time.Time
}

// NewLinks signs links under publicURL with a key that is derived from secret.
func NewLinks(publicURL string, secret []byte, now func() time.Time) *Links {
	sum := hmac.New(sha256.New, secret)
	sum.Write([]byte("nagorik: links to photos"))
	if now == nil {
		now = time.Now
	}
	return &Links{base: strings.TrimRight(publicURL, "/"), key: sum.Sum(nil), now: now}
}

// Link is where a photo is found from now on until LinkFor is over.
func (l *Links) Link(id uuid.UUID) string {
	token := make([]byte, 0, tokenBytes)
	token = append(token, id[:]...)
	token = binary.BigEndian.AppendUint32(token, uint32(l.now().Add(LinkFor).Unix())) //nolint:gosec // good until 2106
	token = append(token, l.sum(token)...)
	return l.base + LinkPath + base64.RawURLEncoding.EncodeToString(token)
}

// Read says which photo a token is for; false when it is none of ours or has
// expired.
func (l *Links) Read(token string) (uuid.UUID, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return uuid.Nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return uuid.Nil, false
	}
	body := b[:tokenID+tokenUntil]
	until := time.Unix(int64(binary.BigEndian.Uint32(body[tokenID:])), 0)
	if !hmac.Equal(b[len(body):], l.sum(body)) || !l.now().Before(until) {
		return uuid.Nil, false
	}
	return uuid.UUID(body[:tokenID]), true
}

func (l *Links) sum(body []byte) []byte {
	sum := hmac.New(sha256.New, l.key)
	sum.Write(body)
	return sum.Sum(nil)[:tokenSum]
}
