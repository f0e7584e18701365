package handoff

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
)

// consoleLanguages are those the console speaks.
func consoleLanguages() []string { return []string{"bn", "en"} }

// Rename changes an agent's own name, which colleagues and citizens read.
func (d *Desk) Rename(ctx context.Context, agent uuid.UUID, name string) error {
	name, err := agentName(name)
	if err != nil {
		return err
	}
	return d.account(ctx, agent, agent, "account.change", func(_ *gorm.DB, a *agentRow) error {
		a.Name = name
		d.tokens.forget()
		return nil
	})
}

// agentName checks the name of somebody of the staff.
func agentName(name string) (string, error) {
	name = bangla.Clean(name)
	if name == "" || utf8.RuneCountInString(name) > MaxAgentName {
		return "", invalid("name", "must have 1 to %d characters", MaxAgentName)
	}
	return name, nil
}

// SpeakTo keeps the language in which the console speaks to an agent.
func (d *Desk) SpeakTo(ctx context.Context, agent uuid.UUID, language string) error {
	if !slices.Contains(consoleLanguages(), language) {
		return invalid("language", "must be bn or en")
	}
	if err := d.db.WithContext(ctx).Model(&agentRow{}).Where("id = ?", agent).Update("language", language).Error; err != nil {
		return fmt.Errorf("keep an agent's language: %w", err)
	}
	return nil
}

// ChangePassword gives an agent a new password, who must know the old one:
// ErrRefused otherwise, and a LockedError after too many attempts. All of his
// sessions end but the one with the token that is given.
func (d *Desk) ChangePassword(ctx context.Context, agent uuid.UUID, old, password, stays string) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	if err := d.knows(ctx, agent, old); err != nil {
		return err
	}
	hash, err := d.passwordHash(ctx, password)
	if err != nil {
		return err
	}
	return d.account(ctx, agent, agent, "account.password", func(tx *gorm.DB, a *agentRow) error {
		a.PasswordHash = hash
		if err := endSessions(tx, a.ID, stays); err != nil {
			return err
		}
		return d.useUpLinks(tx, a.ID)
	})
}

// knows asks an agent who is signed in for his password again.
func (d *Desk) knows(ctx context.Context, agent uuid.UUID, password string) error {
	db := d.db.WithContext(ctx)
	row, err := first[agentRow](db.Where("id = ? AND disabled_at IS NULL", agent), "account")
	if err != nil {
		return err
	}
	tried := accountTried(row.Email)
	if err := db.Transaction(func(tx *gorm.DB) error { return d.attempt(tx, tried) }); err != nil {
		return fmt.Errorf("check a password: %w", err)
	}
	good, err := d.rightPassword(ctx, row, password)
	if err != nil {
		return err
	}
	err = db.Transaction(func(tx *gorm.DB) error {
		if good {
			return d.succeeded(tx, tried)
		}
		return d.auditLocks(tx, row.ID.String(), tried)
	})
	if err != nil {
		return fmt.Errorf("check a password: %w", err)
	}
	if !good {
		return ErrRefused
	}
	return nil
}
