package handoff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
)

// The second factor is RFC 6238 as every telephone's program for it does it:
// SHA-1, six digits, a new code every 30 s.
const (
	totpSecret    = 20 // bytes: RFC 4226 §4
	totpStep      = 30 // seconds
	totpDigits    = 6
	totpDrift     = 1 // steps that a clock may be off: RFC 6238 §5.2
	recoveryCodes = 8
	recoveryBytes = 10 // 80 bits: no slow hash is needed
)

// ErrCode says that a code of the second factor is not right.
var ErrCode = errors.New("the code is not right")

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

type recoveryRow struct {
	AgentID  uuid.UUID  `gorm:"column:agent_id;primaryKey"`
	CodeHash []byte     `gorm:"column:code_hash;primaryKey"`
	UsedAt   *time.Time `gorm:"column:used_at"`
}

// TableName is the table of recovery codes.
func (recoveryRow) TableName() string { return "recovery_codes" }

// NewSecondFactor returns a secret for a second factor that an agent may add,
// to the base of 32. Nothing is kept of it before AddSecondFactor.
func NewSecondFactor() string {
	var secret [totpSecret]byte
	_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
	return base32Plain.EncodeToString(secret[:])
}

// AddSecondFactor asks for codes of the secret at every sign-in from now on,
// once one of them shows that the telephone has it. It returns recovery codes,
// which are shown once. A wrong code is ErrCode.
func (d *Desk) AddSecondFactor(ctx context.Context, agent uuid.UUID, secret, code string) (recovery []string, err error) {
	if b, err := base32Plain.DecodeString(secret); err != nil || len(b) != totpSecret {
		return nil, invalid("secret", "is not a secret that was given out")
	}
	step, ok := d.stepOf(secret, code, 0)
	if !ok {
		return nil, ErrCode
	}
	err = d.account(ctx, agent, agent, "account.second_factor", func(tx *gorm.DB, a *agentRow) error {
		if a.TOTPSecret != "" {
			return fmt.Errorf("there is one already: %w", ErrConflict)
		}
		if a.TOTPSecret, err = d.factors.close(agent[:], secret); err != nil {
			return err
		}
		a.TOTPUsed = step
		recovery, err = newRecovery(tx, agent)
		return err
	})
	return recovery, err
}

// newRecovery replaces an agent's recovery codes.
func newRecovery(tx *gorm.DB, agent uuid.UUID) ([]string, error) {
	if err := tx.Where("agent_id = ?", agent).Delete(&recoveryRow{}).Error; err != nil {
		return nil, err
	}
	codes, rows := make([]string, recoveryCodes), make([]recoveryRow, recoveryCodes)
	for i := range codes {
		var secret [recoveryBytes]byte
		_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
		plain := base32Plain.EncodeToString(secret[:])
		codes[i] = plain[:4] + "-" + plain[4:8] + "-" + plain[8:12] + "-" + plain[12:]
		rows[i] = recoveryRow{AgentID: agent, CodeHash: digest(plain)}
	}
	return codes, tx.Create(&rows).Error
}

// DropSecondFactor ends an agent's own second factor. The password is asked
// for again: a screen left open must not be enough. ErrRefused when it is wrong.
func (d *Desk) DropSecondFactor(ctx context.Context, agent uuid.UUID, password string) error {
	if err := d.knows(ctx, agent, password); err != nil {
		return err
	}
	return d.account(ctx, agent, agent, "account.second_factor", dropSecondFactor)
}

// ResetSecondFactor ends it for somebody whose telephone is lost, and all
// sessions: who has the telephone may be signed in.
func (d *Desk) ResetSecondFactor(ctx context.Context, by, agent uuid.UUID) error {
	return d.account(ctx, by, agent, "account.second_factor_reset", func(tx *gorm.DB, a *agentRow) error {
		if err := endSessions(tx, a.ID, ""); err != nil {
			return err
		}
		return dropSecondFactor(tx, a)
	})
}

func dropSecondFactor(tx *gorm.DB, a *agentRow) error {
	a.TOTPSecret, a.TOTPUsed = "", 0
	return tx.Where("agent_id = ?", a.ID).Delete(&recoveryRow{}).Error
}

// SecondFactor checks a code after the password: one of the telephone's, each
// of which opens once, or a recovery code. ErrRefused when it is neither, a
// LockedError when there were too many attempts.
func (d *Desk) SecondFactor(ctx context.Context, agent uuid.UUID, code, network string) (Agent, error) {
	db := d.db.WithContext(ctx)
	row, err := first[agentRow](db.Where("id = ? AND disabled_at IS NULL", agent), "account")
	if err != nil {
		return Agent{}, err
	}
	tried := []attempted{networkTried(network), accountTried(row.Email)}
	if err := db.Transaction(func(tx *gorm.DB) error { return d.attempt(tx, tried...) }); err != nil {
		return Agent{}, fmt.Errorf("check a code: %w", err)
	}
	var good bool
	err = db.Transaction(func(tx *gorm.DB) (err error) {
		if good, err = d.useCode(tx, row, code); err != nil {
			return err
		}
		if !good {
			return d.auditLocks(tx, row.ID.String(), tried...)
		}
		return d.passed(tx, row, network, false)
	})
	if err != nil {
		return Agent{}, fmt.Errorf("check a code: %w", err)
	}
	if !good {
		return Agent{}, ErrRefused
	}
	return d.agentOf(row), nil
}

// useCode uses a code up. Of two uses of the same code at once one fails.
func (d *Desk) useCode(tx *gorm.DB, row agentRow, code string) (bool, error) {
	if row.TOTPSecret == "" {
		return false, nil
	}
	secret, err := d.factors.open(row.ID[:], row.TOTPSecret)
	if err != nil {
		return false, err
	}
	if step, ok := d.stepOf(secret, code, row.TOTPUsed); ok {
		used := tx.Model(&agentRow{}).Where("id = ? AND totp_used < ?", row.ID, step).Update("totp_used", step)
		return used.RowsAffected == 1, used.Error
	}
	plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	used := tx.Model(&recoveryRow{}).Where("agent_id = ? AND code_hash = ? AND used_at IS NULL", row.ID, digest(plain)).Update("used_at", d.now())
	return used.RowsAffected == 1, used.Error
}

// stepOf finds the time step that a code belongs to, newer than the last one used.
func (d *Desk) stepOf(secret, code string, last int64) (int64, bool) {
	code = bangla.Digits(strings.ReplaceAll(strings.TrimSpace(code), " ", ""))
	if len(code) != totpDigits {
		return 0, false
	}
	now := d.now().Unix() / totpStep
	for step := now - totpDrift; step <= now+totpDrift; step++ {
		want, err := totp.GenerateCode(secret, time.Unix(step*totpStep, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, step > last
		}
	}
	return 0, false
}
