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
	maxTokens   = 20          // of one agent, made in the console
	tokenUsed   = time.Minute // how exactly last_used_at is kept
)

// AddToken makes an API token for the agent with that e-mail address. Only its
// SHA-256 is kept, so it is shown once.
func (d *Desk) AddToken(ctx context.Context, email string) (string, error) {
	agent, err := d.agentByEmail(ctx, email)
	if err != nil {
		return "", err
	}
	return d.addToken(d.db.WithContext(ctx), uuid.Nil, agent.ID)
}

// AddOwnToken makes an API token for an agent who is signed in.
func (d *Desk) AddOwnToken(ctx context.Context, agent uuid.UUID) (token string, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&tokenRow{}).Where("agent_id = ?", agent).Count(&n).Error; err != nil {
			return fmt.Errorf("count API tokens: %w", err)
		}
		if n >= maxTokens {
			return fmt.Errorf("there are %d API tokens already: %w", n, ErrConflict)
		}
		token, err = d.addToken(tx, agent, agent)
		return err
	})
	return token, err
}

// APIToken is what may be told of a token after it was made.
type APIToken struct {
	ID         uuid.UUID
	CreatedAt  time.Time
	LastUsedAt *time.Time // nil: never
}

// Tokens lists an agent's API tokens, the newest first.
func (d *Desk) Tokens(ctx context.Context, agent uuid.UUID) ([]APIToken, error) {
	var rows []tokenRow
	if err := d.db.WithContext(ctx).Where("agent_id = ?", agent).Order("created_at DESC, id").Limit(maxTokens).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list API tokens: %w", err)
	}
	tokens := make([]APIToken, len(rows))
	for i, r := range rows {
		tokens[i] = APIToken{r.ID, d.local(r.CreatedAt), d.localOrNil(r.LastUsedAt)}
	}
	return tokens, nil
}

// RevokeToken ends an API token of an agent's own. Other processes may take it
// for another 30 s.
func (d *Desk) RevokeToken(ctx context.Context, agent, token uuid.UUID) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		gone := tx.Where("agent_id = ? AND id = ?", agent, token).Delete(&tokenRow{})
		if gone.Error != nil {
			return gone.Error
		}
		if gone.RowsAffected == 0 {
			return fmt.Errorf("API token: %w", ErrNotFound)
		}
		return d.audit(tx, agent, "account.token_revoke", agent.String(), nil, nil)
	})
	if err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	d.tokens.forget()
	return nil
}

func (d *Desk) addToken(tx *gorm.DB, by, agent uuid.UUID) (string, error) {
	token := newToken()
	row := tokenRow{ID: NewID(), TokenHash: digest(token), AgentID: agent, CreatedAt: d.now()}
	if err := tx.Create(&row).Error; err != nil {
		return "", fmt.Errorf("add API token: %w", err)
	}
	return token, d.audit(tx, by, "account.token_add", agent.String(), nil, nil)
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

// forget asks the database about every token again.
func (k *knownTokens) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = nil
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
