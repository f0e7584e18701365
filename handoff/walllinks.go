package handoff

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// MaxWallName is how long the name of a screen may be, in characters.
const MaxWallName = 80

// Bounds of links to the wall.
const (
	maxWallLinks = 50 // that are good at the same time
	wallSeen     = time.Minute
	wallEnded    = 20 // ended ones that are still listed
)

// WallLink is a way to the wall for a screen, without anybody's sign-in. It
// shows the whole city and opens nothing.
type WallLink struct {
	ID      uuid.UUID
	Name    string // where the screen hangs
	By      Ref    // who made it
	MadeAt  time.Time
	SeenAt  *time.Time // when a screen last showed it; nil: never
	EndedAt *time.Time // nil: it is good
}

type wallLinkRow struct {
	ID        uuid.UUID  `gorm:"column:id;primaryKey"`
	TokenHash []byte     `gorm:"column:token_hash"`
	Name      string     `gorm:"column:name"`
	MadeBy    uuid.UUID  `gorm:"column:made_by"`
	MadeAt    time.Time  `gorm:"column:made_at"`
	SeenAt    *time.Time `gorm:"column:seen_at"`
	EndedAt   *time.Time `gorm:"column:ended_at"`
}

// TableName is the table of links to the wall.
func (wallLinkRow) TableName() string { return "wall_links" }

// AddWallLink makes a link. Only the token's SHA-256 is kept, so it is shown
// once.
func (d *Desk) AddWallLink(ctx context.Context, v Viewer, name string) (token string, err error) {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if name == "" || utf8.RuneCountInString(name) > MaxWallName || strings.ContainsRune(name, 0) {
		return "", invalid("name", "must be 1 to %d characters", MaxWallName)
	}
	token = newToken()
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&wallLinkRow{}).Where("ended_at IS NULL").Count(&n).Error; err != nil {
			return err
		}
		if n >= maxWallLinks {
			return fmt.Errorf("there are %d links to the wall already: %w", n, ErrConflict)
		}
		row := wallLinkRow{ID: NewID(), TokenHash: digest(token), Name: name, MadeBy: v.AgentID, MadeAt: d.now()}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "wall.add", name, nil, nil)
	})
	if err != nil {
		return "", fmt.Errorf("make a link to the wall: %w", err)
	}
	return token, nil
}

// WallLinks lists the links that are good, the newest first, and after them
// those that ended last.
func (d *Desk) WallLinks(ctx context.Context) ([]WallLink, error) {
	var rows, ended []wallLinkRow
	err := d.db.WithContext(ctx).Where("ended_at IS NULL").Order("made_at DESC, id").Limit(maxWallLinks).Find(&rows).Error
	if err == nil {
		err = d.db.WithContext(ctx).Where("ended_at IS NOT NULL").Order("ended_at DESC, id").Limit(wallEnded).Find(&ended).Error
	}
	if err != nil {
		return nil, fmt.Errorf("list links to the wall: %w", err)
	}
	rows = append(rows, ended...)
	names, err := namesOfStaff(ctx, d, rows, func(r wallLinkRow) uuid.UUID { return r.MadeBy })
	if err != nil {
		return nil, err
	}
	links := make([]WallLink, len(rows))
	for i, r := range rows {
		links[i] = WallLink{r.ID, r.Name, Ref{r.MadeBy, names[r.MadeBy]}, d.local(r.MadeAt), d.localOrNil(r.SeenAt), d.localOrNil(r.EndedAt)}
	}
	return links, nil
}

// EndWallLink ends a link: screens that show it say so within seconds.
func (d *Desk) EndWallLink(ctx context.Context, v Viewer, id uuid.UUID) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[wallLinkRow](tx.Where("id = ? AND ended_at IS NULL", id), "link to the wall")
		if err != nil {
			return err
		}
		if err := tx.Model(&wallLinkRow{}).Where("id = ?", id).Update("ended_at", d.now()).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "wall.end", row.Name, nil, nil)
	})
	if err != nil {
		return fmt.Errorf("end a link to the wall: %w", err)
	}
	return nil
}

// WallViewer is what a screen with a link's token may count: the whole city. It
// is ErrNotFound for a token that is none or whose link has ended.
func (d *Desk) WallViewer(ctx context.Context, token string) (Viewer, error) {
	row, err := first[wallLinkRow](d.db.WithContext(ctx).Where("token_hash = ? AND ended_at IS NULL", digest(token)), "link to the wall")
	if err != nil {
		return Viewer{}, err
	}
	if now := d.now(); row.SeenAt == nil || now.Sub(*row.SeenAt) > wallSeen {
		if err := d.db.WithContext(ctx).Model(&wallLinkRow{}).Where("id = ?", row.ID).Update("seen_at", now).Error; err != nil {
			return Viewer{}, fmt.Errorf("note that a wall is shown: %w", err)
		}
	}
	return Viewer{Role: RoleSupervisor}, nil
}
