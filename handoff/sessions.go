package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// How long a sign-in to the console lasts.
const (
	SessionIdle = 12 * time.Hour     // without a page being asked for
	SessionLife = 7 * 24 * time.Hour // in all
	visitWithin = time.Minute        // how exactly the last page is remembered
)

type sessionRow struct {
	TokenHash []byte    `gorm:"column:token_hash;primaryKey"`
	AgentID   uuid.UUID `gorm:"column:agent_id"`
	Data      []byte    `gorm:"column:data"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
	SeenAt    time.Time `gorm:"column:seen_at"`
}

// TableName is the table of who is signed in.
func (sessionRow) TableName() string { return "staff_sessions" }

// Session returns what is kept of the sign-in with that token and notes that
// it is in use. One that is not known, ended or too old is ErrNotFound.
func (d *Desk) Session(ctx context.Context, token string) ([]byte, error) {
	db, now := d.db.WithContext(ctx), d.now()
	row, err := first[sessionRow](db.Where("token_hash = ?", digest(token)), "session")
	if err != nil {
		return nil, err
	}
	if row.old(now) {
		return nil, fmt.Errorf("session: %w", ErrNotFound)
	}
	if now.Sub(row.SeenAt) > visitWithin {
		// an update only: a session that was ended meanwhile must stay so
		if err := db.Model(&sessionRow{}).Where("token_hash = ?", row.TokenHash).Update("seen_at", now).Error; err != nil {
			return nil, fmt.Errorf("note the use of a session: %w", err)
		}
	}
	return row.Data, nil
}

func (r sessionRow) old(now time.Time) bool {
	return !now.Before(r.SeenAt.Add(SessionIdle)) || !now.Before(r.CreatedAt.Add(SessionLife))
}

// AddSession keeps a new sign-in under the hash of its token, and forgets all
// that are too old.
func (d *Desk) AddSession(ctx context.Context, token string, agent uuid.UUID, data []byte) error {
	now := d.now()
	db := d.db.WithContext(ctx)
	if err := db.Where("created_at <= ? OR seen_at <= ?", now.Add(-SessionLife), now.Add(-SessionIdle)).Delete(&sessionRow{}).Error; err != nil {
		return fmt.Errorf("forget old sessions: %w", err)
	}
	row := sessionRow{TokenHash: digest(token), AgentID: agent, Data: data, CreatedAt: now, SeenAt: now}
	if err := db.Create(&row).Error; err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// EndSession ends a sign-in; one that is not known has ended.
func (d *Desk) EndSession(ctx context.Context, token string) error {
	if err := d.db.WithContext(ctx).Where("token_hash = ?", digest(token)).Delete(&sessionRow{}).Error; err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndSessions signs an agent out everywhere.
func (d *Desk) EndSessions(ctx context.Context, agent uuid.UUID) error {
	return d.account(ctx, agent, agent, "account.sign_out_everywhere", func(tx *gorm.DB, a *agentRow) error {
		return endSessions(tx, a.ID, "")
	})
}

// endSessions ends all sessions of an agent but the one with the token that is
// to stay; empty for none.
func endSessions(tx *gorm.DB, agent uuid.UUID, stays string) error {
	q := tx.Where("agent_id = ?", agent)
	if stays != "" {
		q = q.Where("token_hash <> ?", digest(stays))
	}
	return q.Delete(&sessionRow{}).Error
}
