package handoff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// linkLife is how long a sign-in link can be used.
const linkLife = 7 * 24 * time.Hour

// firstEmail is the address of the account that a new installation begins with.
const firstEmail = "administrator@localhost"

// firstLock is the advisory lock under which the first account is made, by one
// of several processes that start at once.
const firstLock = 0x6e61676f01

// Errors of a sign-in link.
var (
	ErrLinkUsed    = errors.New("this link has been used")
	ErrLinkExpired = errors.New("this link is too old")
)

// LinkToken is the secret of a one-time sign-in link. Only its SHA-256 is
// kept, so it is shown once, as a part of a URL.
type LinkToken string

// digest is what is kept of a secret with 256 random bits: no salt and no slow
// hash are needed, nobody can try them all.
func digest(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// addLink makes a sign-in link for an agent.
func (d *Desk) addLink(tx *gorm.DB, agent uuid.UUID) (LinkToken, error) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: it ends the program instead
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	row := linkRow{TokenHash: digest(token), AgentID: agent, ExpiresAt: d.now().Add(linkLife)}
	if err := tx.Create(&row).Error; err != nil {
		return "", fmt.Errorf("add sign-in link: %w", err)
	}
	return LinkToken(token), nil
}

// Link says whose sign-in link it is, without using it: mail programs open
// links by themselves. It is ErrNotFound, ErrLinkUsed or ErrLinkExpired when
// it cannot be used.
func (d *Desk) Link(ctx context.Context, token LinkToken) (Agent, error) {
	row, err := d.link(d.db.WithContext(ctx), token)
	if err != nil {
		return Agent{}, err
	}
	agent, err := first[agentRow](d.db.WithContext(ctx).Where("id = ? AND disabled_at IS NULL", row.AgentID), "agent")
	if err != nil {
		return Agent{}, err
	}
	return d.agentOf(agent), nil
}

func (d *Desk) link(db *gorm.DB, token LinkToken) (linkRow, error) {
	row, err := first[linkRow](db.Where("token_hash = ?", digest(string(token))), "sign-in link")
	switch {
	case err != nil:
		return row, err
	case row.UsedAt != nil:
		return row, ErrLinkUsed
	case !d.now().Before(row.ExpiresAt):
		return row, ErrLinkExpired
	default:
		return row, nil
	}
}

// UseLink sets the password of the link's agent and makes the link and all
// others of his void. He may be signed in then, but for a second factor.
// Of two uses at once one is ErrLinkUsed. Its other errors are those of Link,
// and a FieldError when the password is too short.
func (d *Desk) UseLink(ctx context.Context, token LinkToken, password string) (Agent, error) {
	agent, err := d.Link(ctx, token)
	if err != nil {
		return Agent{}, err
	}
	hash, err := d.passwordHash(ctx, password)
	if err != nil {
		return Agent{}, err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		used := tx.Model(&linkRow{}).Where("token_hash = ? AND used_at IS NULL", digest(string(token))).Update("used_at", d.now())
		if used.Error != nil {
			return used.Error
		}
		if used.RowsAffected == 0 {
			return ErrLinkUsed
		}
		if err := d.setHash(tx, agent.ID, hash); err != nil {
			return err
		}
		return d.audit(tx, agent.ID, "account.password", agent.ID.String(), nil, nil)
	})
	if err != nil {
		return Agent{}, fmt.Errorf("use sign-in link: %w", err)
	}
	agent.Invited = false
	return agent, nil
}

// FirstAdministrator sees to it that somebody can sign in. With no account at
// all it makes one for an administrator; while no administrator has ever set a
// password it returns a new sign-in link for the first of them. Otherwise the
// link is empty.
func (d *Desk) FirstAdministrator(ctx context.Context) (LinkToken, error) {
	var link LinkToken
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(firstLock)).Error; err != nil {
			return err
		}
		var staff []agentRow
		if err := tx.Order("id").Find(&staff).Error; err != nil {
			return err
		}
		if len(staff) == 0 {
			row, err := d.newAgentRow(NewAgent{Email: firstEmail, Name: "Administrator", Role: RoleAdministrator})
			if err != nil {
				return err
			}
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
			if err := d.audit(tx, uuid.Nil, "account.add", row.ID.String(), nil, accountStateOf(row)); err != nil {
				return err
			}
			staff = append(staff, row)
		}
		waiting, found := awaited(staff)
		if !found {
			return nil
		}
		var err error
		link, err = d.addLink(tx, waiting)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("prepare the first administrator: %w", err)
	}
	return link, nil
}

// awaited is the first administrator, unless one of them has signed in.
func awaited(staff []agentRow) (id uuid.UUID, found bool) {
	for _, a := range staff {
		if Role(a.Role) != RoleAdministrator || a.DisabledAt != nil {
			continue
		}
		if a.PasswordHash != "" {
			return uuid.Nil, false
		}
		if !found {
			id, found = a.ID, true
		}
	}
	return id, found
}
