package handoff

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// sealedMark begins what is kept sealed. A secret to the base of 32 has no
// point in it, and JSON does not begin with a letter and a digit.
const sealedMark = "v1."

// What a seal is for parts its key from others made of the same SECRET_KEY.
const (
	sealFactors = "nagorik: second factors of the staff"
	sealEvents  = "nagorik: events that are not on record yet"
)

// ErrSealed says that a second factor was kept under another SECRET_KEY.
var ErrSealed = errors.New("a second factor was kept under another SECRET_KEY; give that key back, or take the second factors away: nagorik user reset-second-factor --email E")

// errNoSeal says that a Desk was made without a secret.
var errNoSeal = errors.New("there is no SECRET_KEY to seal with")

// seal keeps secrets so that a copy of the database or of DATA_DIR's spool
// alone tells none: AES-256-GCM under a key that HKDF derives from SECRET_KEY,
// bound to whom or what they belong to. A seal without a cipher opens only what
// lies in the clear.
type seal struct {
	aead  cipher.AEAD
	other error // says that something was sealed under another SECRET_KEY
}

func newSeal(secret []byte, use string, other error) (seal, error) {
	if len(secret) == 0 {
		return seal{other: other}, nil
	}
	key, err := hkdf.Key(sha256.New, secret, nil, use, 32)
	if err != nil {
		return seal{}, fmt.Errorf("derive a key of %s: %w", use, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("derive a key of %s: %w", use, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return seal{}, fmt.Errorf("derive a key of %s: %w", use, err)
	}
	return seal{aead, other}, nil
}

// close seals a secret for whom or what it is bound to.
func (s seal) close(bound []byte, secret string) (string, error) {
	if s.aead == nil {
		return "", errNoSeal
	}
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(secret)+s.aead.Overhead())
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	sealed := s.aead.Seal(nonce, nonce, []byte(secret), bound)
	return sealedMark + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// open returns what was sealed, or was kept in the clear before such secrets
// were sealed. Another key, another bound or a changed byte is the seal's
// other.
func (s seal) open(bound []byte, kept string) (string, error) {
	coded, sealed := strings.CutPrefix(kept, sealedMark)
	if !sealed {
		return kept, nil
	}
	if s.aead == nil {
		return "", errNoSeal
	}
	b, err := base64.RawStdEncoding.DecodeString(coded)
	if err != nil || len(b) < s.aead.NonceSize() {
		return "", s.other
	}
	secret, err := s.aead.Open(nil, b[:s.aead.NonceSize()], b[s.aead.NonceSize():], bound)
	if err != nil {
		return "", s.other
	}
	return string(secret), nil
}

// SealSecondFactors seals the secrets that lie in the clear, which earlier
// versions left, and reports how many. It is ErrSealed when any is sealed
// under another key: its owner could not sign in.
func (d *Desk) SealSecondFactors(ctx context.Context) (sealed int, err error) {
	db := d.db.WithContext(ctx)
	var rows []agentRow
	if err := db.Select("id", "totp_secret").Where("totp_secret <> ''").Order("id").Find(&rows).Error; err != nil {
		return 0, fmt.Errorf("read second factors: %w", err)
	}
	for _, row := range rows {
		secret, err := d.factors.open(row.ID[:], row.TOTPSecret)
		if err != nil {
			return sealed, fmt.Errorf("account %s: %w", row.ID, err)
		}
		if secret != row.TOTPSecret {
			continue
		}
		kept, err := d.factors.close(row.ID[:], secret)
		if err != nil {
			return sealed, err
		}
		// Whoever changed it meanwhile has sealed it.
		done := db.Model(&agentRow{}).Where("id = ? AND totp_secret = ?", row.ID, row.TOTPSecret).Update("totp_secret", kept)
		if done.Error != nil {
			return sealed, fmt.Errorf("seal a second factor: %w", done.Error)
		}
		sealed += int(done.RowsAffected)
	}
	return sealed, nil
}
