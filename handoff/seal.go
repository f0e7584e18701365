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

	"github.com/google/uuid"
)

// sealedMark begins a secret of a second factor that is kept sealed. A secret
// to the base of 32 has no point in it.
const sealedMark = "v1."

// sealUse parts this key from others made of the same SECRET_KEY.
const sealUse = "nagorik: second factors of the staff"

// ErrSealed says that a second factor was kept under another SECRET_KEY.
var ErrSealed = errors.New("a second factor was kept under another SECRET_KEY; give that key back, or take the second factors away: nagorik user reset-second-factor --email E")

// errNoSeal says that a Desk was made without a secret.
var errNoSeal = errors.New("there is no SECRET_KEY to keep a second factor under")

// seal keeps secrets of second factors so that a copy of the database alone
// makes no codes: AES-256-GCM under a key that HKDF derives from SECRET_KEY,
// bound to the account. The zero seal opens only what lies in the clear.
type seal struct{ aead cipher.AEAD }

func newSeal(secret []byte) (seal, error) {
	if len(secret) == 0 {
		return seal{}, nil
	}
	key, err := hkdf.Key(sha256.New, secret, nil, sealUse, 32)
	if err != nil {
		return seal{}, fmt.Errorf("derive the key of second factors: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("derive the key of second factors: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return seal{}, fmt.Errorf("derive the key of second factors: %w", err)
	}
	return seal{aead}, nil
}

// close seals a secret for an agent.
func (s seal) close(agent uuid.UUID, secret string) (string, error) {
	if s.aead == nil {
		return "", errNoSeal
	}
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	sealed := s.aead.Seal(nonce, nonce, []byte(secret), agent[:])
	return sealedMark + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// open returns what was sealed for an agent, or was kept in the clear before
// secrets were sealed. Another key, another account or a changed byte is
// ErrSealed.
func (s seal) open(agent uuid.UUID, kept string) (string, error) {
	coded, sealed := strings.CutPrefix(kept, sealedMark)
	if !sealed {
		return kept, nil
	}
	if s.aead == nil {
		return "", errNoSeal
	}
	b, err := base64.RawStdEncoding.DecodeString(coded)
	if err != nil || len(b) < s.aead.NonceSize() {
		return "", ErrSealed
	}
	secret, err := s.aead.Open(nil, b[:s.aead.NonceSize()], b[s.aead.NonceSize():], agent[:])
	if err != nil {
		return "", ErrSealed
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
		secret, err := d.seal.open(row.ID, row.TOTPSecret)
		if err != nil {
			return sealed, fmt.Errorf("account %s: %w", row.ID, err)
		}
		if secret != row.TOTPSecret {
			continue
		}
		kept, err := d.seal.close(row.ID, secret)
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
