package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// accountState is an account as the audit log shows it.
type accountState struct {
	Email    string   `json:"email"`
	Name     string   `json:"name"`
	Role     string   `json:"role"`
	Teams    []string `json:"teams"`
	Wards    []int32  `json:"wards"`
	Language string   `json:"language,omitempty"`
	Second   bool     `json:"second_factor"`
	Disabled bool     `json:"disabled"`
}

func accountStateOf(r agentRow) accountState {
	return accountState{
		Email: r.Email, Name: r.Name, Role: r.Role, Teams: r.Teams, Wards: r.Wards, Language: r.Language,
		Second: r.TOTPSecret != "", Disabled: r.DisabledAt != nil,
	}
}

// account changes an account under its lock and puts that on record. by is who
// does it. The lock lets others refer to the account: the log names it too.
func (d *Desk) account(ctx context.Context, by, id uuid.UUID, what string, change func(*gorm.DB, *agentRow) error) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[agentRow](tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("id = ?", id), "account")
		if err != nil {
			return err
		}
		before := accountStateOf(row)
		if err := change(tx, &row); err != nil {
			return err
		}
		if err := tx.Save(&row).Error; err != nil {
			return err
		}
		return d.audit(tx, by, what, id.String(), before, accountStateOf(row))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Accounts lists all staff accounts by name, the disabled ones last.
func (d *Desk) Accounts(ctx context.Context) ([]Agent, error) {
	var rows []agentRow
	if err := d.db.WithContext(ctx).Order("disabled_at IS NOT NULL, name, id").Limit(maxAccounts).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	staff := make([]Agent, len(rows))
	for i, r := range rows {
		staff[i] = d.agentOf(r)
	}
	return staff, nil
}

// Account is a staff account, also one that is disabled.
func (d *Desk) Account(ctx context.Context, id uuid.UUID) (Agent, error) {
	row, err := first[agentRow](d.db.WithContext(ctx).Where("id = ?", id), "account")
	if err != nil {
		return Agent{}, err
	}
	return d.agentOf(row), nil
}

// ChangeAccount changes name, role, teams and wards; the e-mail address stays.
// The last administrator who can sign in keeps his role: ErrLastAdministrator.
func (d *Desk) ChangeAccount(ctx context.Context, by, id uuid.UUID, to NewAgent) error {
	return d.account(ctx, by, id, "account.change", func(tx *gorm.DB, a *agentRow) error {
		to.Email = a.Email
		checked, err := d.newAgentRow(to)
		if err != nil {
			return err
		}
		if to.Role != RoleAdministrator {
			if err := notLast(tx, *a); err != nil {
				return err
			}
		}
		a.Name, a.Role, a.Teams, a.Wards = checked.Name, checked.Role, checked.Teams, checked.Wards
		d.tokens.forget()
		return nil
	})
}

// DisableAccount takes every way in from an account: its sessions, API tokens
// and links. The last administrator who can sign in stays: ErrLastAdministrator.
func (d *Desk) DisableAccount(ctx context.Context, by, id uuid.UUID) error {
	return d.account(ctx, by, id, "account.disable", func(tx *gorm.DB, a *agentRow) error {
		if err := notLast(tx, *a); err != nil {
			return err
		}
		if a.DisabledAt != nil {
			return fmt.Errorf("it is disabled already: %w", ErrConflict)
		}
		now := d.now()
		a.DisabledAt = &now
		if err := endSessions(tx, a.ID, ""); err != nil {
			return err
		}
		if err := tx.Where("agent_id = ?", a.ID).Delete(&tokenRow{}).Error; err != nil {
			return err
		}
		d.tokens.forget()
		return d.useUpLinks(tx, a.ID)
	})
}

// EnableAccount lets a disabled account in again, with its old password.
func (d *Desk) EnableAccount(ctx context.Context, by, id uuid.UUID) error {
	return d.account(ctx, by, id, "account.enable", func(_ *gorm.DB, a *agentRow) error {
		if a.DisabledAt == nil {
			return fmt.Errorf("it is not disabled: %w", ErrConflict)
		}
		a.DisabledAt = nil
		return nil
	})
}

// InviteAgent makes a new sign-in link for an account; earlier ones are void.
// A disabled account gets none: ErrConflict.
func (d *Desk) InviteAgent(ctx context.Context, by, id uuid.UUID) (link LinkToken, err error) {
	err = d.account(ctx, by, id, "account.invite", func(tx *gorm.DB, a *agentRow) error {
		if a.DisabledAt != nil {
			return fmt.Errorf("the account is disabled: %w", ErrConflict)
		}
		if err := d.useUpLinks(tx, a.ID); err != nil {
			return err
		}
		link, err = d.addLink(tx, a.ID)
		return err
	})
	return link, err
}

// maxAccounts bounds the list of accounts; a city's desk has tens.
const maxAccounts = 2000

// administratorsLock is the advisory lock under which administrators are made
// fewer.
const administratorsLock = 0x6e61676f02

// notLast keeps the last administrator who can sign in. One at a time: two who
// disable each other at once must not both succeed.
func notLast(tx *gorm.DB, a agentRow) error {
	if Role(a.Role) != RoleAdministrator || a.DisabledAt != nil {
		return nil
	}
	if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(administratorsLock)).Error; err != nil {
		return err
	}
	var others int64
	err := tx.Model(&agentRow{}).Where("role = ? AND disabled_at IS NULL AND password_hash <> '' AND id <> ?", string(RoleAdministrator), a.ID).Count(&others).Error
	if err != nil {
		return err
	}
	if others == 0 {
		return ErrLastAdministrator
	}
	return nil
}
