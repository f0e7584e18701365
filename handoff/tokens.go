package handoff

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

const (
	tokenPrefix = "ngk_" // tells a leaked token's origin to whoever scans for them
	tokenLength = 43     // characters after the prefix: 256 bits to the base of 62
	tokenFresh  = 30 * time.Second
	tokensKept  = 1024
	tokenUsed   = time.Minute // how exactly last_used_at is kept
)

// AddToken makes an API token for the agent with that e-mail address. Only its
// SHA-256 is kept, so it is shown once.
func (d *Desk) AddToken(ctx context.Context, email string) (string, error) {
	agent, err := d.agentByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	return d.addToken(d.db.WithContext(ctx), agent.ID)
}

func (d *Desk) addToken(tx *gorm.DB, agent uuid.UUID) (string, error) {
	token := newToken()
	row := tokenRow{TokenHash: digest(token), AgentID: agent, CreatedAt: d.now()}
	if err := tx.Create(&row).Error; err != nil {
		return "", fmt.Errorf("add API token: %w", err)
	}
	return token, nil
}

// newToken returns "ngk_" and 256 random bits to the base of 62.
func newToken() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
	text := new(big.Int).SetBytes(secret[:]).Text(62)
	for len(text) < tokenLength {
		text = "0" + text
	}
	return tokenPrefix + text
}

// Token says whom an API token speaks for. A token that is not known, or whose
// agent is disabled, is ErrNotFound. The answer may be 30 s old.
func (d *Desk) Token(ctx context.Context, token string) (Viewer, error) {
	key := [32]byte(digest(token))
	if v, ok := d.tokens.find(key, d.now()); ok {
		return v, nil
	}
	var row struct {
		Agent      agentRow   `gorm:"embedded"`
		LastUsedAt *time.Time `gorm:"column:last_used_at"`
	}
	err := d.db.WithContext(ctx).Table("api_tokens").Select("agents.*, api_tokens.last_used_at").
		Joins("JOIN agents ON agents.id = api_tokens.agent_id AND agents.disabled_at IS NULL").
		Where("api_tokens.token_hash = ?", key[:]).Take(&row).Error
	if err != nil {
		return Viewer{}, notFound(err, "API token")
	}
	now := d.now()
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) > tokenUsed {
		if err := d.db.WithContext(ctx).Model(&tokenRow{}).Where("token_hash = ?", key[:]).Update("last_used_at", now).Error; err != nil {
			return Viewer{}, fmt.Errorf("note the use of an API token: %w", err)
		}
	}
	v := d.agentOf(row.Agent).Viewer()
	d.tokens.keep(key, v, now)
	return v, nil
}

// knownTokens remembers for a short while whom tokens speak for, so that a
// program calling often costs no query each time. Its zero value is ready.
type knownTokens struct {
	mu    sync.Mutex
	known map[[32]byte]knownToken
}

type knownToken struct {
	viewer Viewer
	until  time.Time
}

func (k *knownTokens) find(key [32]byte, now time.Time) (Viewer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.known[key]
	return t.viewer, ok && now.Before(t.until)
}

// keep remembers a token; when there are too many all are forgotten, which
// costs a query each.
func (k *knownTokens) keep(key [32]byte, v Viewer, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= tokensKept {
		k.known = make(map[[32]byte]knownToken)
	}
	k.known[key] = knownToken{v, now.Add(tokenFresh)}
}
