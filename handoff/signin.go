package handoff

import (
	"context"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Attempt is what somebody typed to sign in.
type Attempt struct {
	Email    string
	Password string
	Network  string // where it came from, for the bound on guessing
}

// nobodysHash is the hash of no password, at the usual cost:
// an address without an account takes as long to refuse as a wrong password.
const nobodysHash = "$argon2id$v=19$m=65536,t=3,p=4$ON2FCGxEOBXsuc0pE9BrCw$xOokv8ZlZCQcQgTzEydGuKQupKEO0ZtXhKZjW2hfd9Q"

// usualCost is that of RFC 9106 §4, the second recommended option: 64 MB.
func usualCost() *argon2id.Params {
	return &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 4, SaltLength: 16, KeyLength: 32}
}

// SignIn checks an address and a password. ErrRefused says that they do not
// belong together, and a LockedError that there were too many attempts. An
// agent with a SecondFactor is not signed in before that is right too.
func (d *Desk) SignIn(ctx context.Context, a Attempt) (Agent, error) {
	email, err := address(a.Email)
	if err != nil {
		email = "no address"
	}
	tried := []attempted{networkTried(a.Network), accountTried(email)}
	db := d.db.WithContext(ctx)
	if err := db.Transaction(func(tx *gorm.DB) error { return d.attempt(tx, tried...) }); err != nil {
		return Agent{}, fmt.Errorf("sign in: %w", err)
	}
	row, err := d.agentByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrInvalid) {
		return Agent{}, err
	}
	good, err := d.rightPassword(ctx, row, a.Password)
	if err != nil {
		return Agent{}, err
	}
	err = db.Transaction(func(tx *gorm.DB) error {
		if !good {
			return d.auditLocks(tx, idOrEmpty(row.ID), tried...)
		}
		return d.passed(tx, row, a.Network, row.TOTPSecret != "")
	})
	if err != nil {
		return Agent{}, fmt.Errorf("sign in: %w", err)
	}
	if !good {
		return Agent{}, ErrRefused
	}
	return d.agentOf(row), nil
}

func idOrEmpty(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// rightPassword compares a password with an account's and hashes it anew when
// it was hashed in another way than is done now.
func (d *Desk) rightPassword(ctx context.Context, row agentRow, password string) (bool, error) {
	hash := row.PasswordHash
	if hash == "" {
		hash = nobodysHash
	}
	if len(password) > 4*MaxPassword {
		password = "" // none that could be set
	}
	good, params, err := d.hashing.compare(ctx, password, hash)
	if err != nil || !good || row.PasswordHash == "" {
		return false, err
	}
	if *params == *d.hashing.cost {
		return true, nil
	}
	renewed, err := d.hashing.hash(ctx, password)
	if err != nil {
		return false, err
	}
	err = d.db.WithContext(ctx).Model(&agentRow{}).Where("id = ? AND password_hash = ?", row.ID, row.PasswordHash).Update("password_hash", renewed).Error
	if err != nil {
		return false, fmt.Errorf("renew a password's hash: %w", err)
	}
	return true, nil
}

// passed takes an attempt back that went well. While a second factor is still
// to come the account's count stands: who knows a password only must not guess
// codes for ever.
func (d *Desk) passed(tx *gorm.DB, row agentRow, network string, more bool) error {
	if err := d.succeeded(tx, networkTried(network)); err != nil || more {
		return err
	}
	if err := d.succeeded(tx, accountTried(row.Email)); err != nil {
		return err
	}
	return d.audit(tx, row.ID, "account.sign_in", row.ID.String(), nil, nil)
}
