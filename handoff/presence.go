package handoff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Bounds of presence.
const (
	// seenWithin is how long somebody on duty counts as there without doing
	// anything: no conversation is given to a screen that nobody looks at.
	seenWithin   = 15 * time.Minute
	seenEvery    = time.Minute // how exactly it is kept
	maxCapacity  = 100         // conversations at once
	maxStaff     = 1000        // of the staff that are listed
	maxLanguages = 20
)

// Present is one of the staff as colleagues see him at the desk.
type Present struct {
	Agent     Ref
	Role      Role
	Teams     []string // empty: all
	Wards     []int    // empty: all
	Languages []string // empty: all
	OnDuty    bool     // and seen within the last quarter of an hour
	Since     *time.Time
	SeenAt    *time.Time
	Capacity  int // conversations at once, stated by himself
	Open      int // conversations he has
}

// Stated is what somebody says who comes on duty.
type Stated struct {
	Capacity  *int     // conversations at once; nil: as before
	Languages []string // languages he answers in, empty for all; nil: as before
}

// dutyRow is somebody of the staff at the desk.
type dutyRow struct {
	ID         uuid.UUID        `gorm:"column:id;primaryKey"`
	Name       string           `gorm:"column:name"`
	Role       string           `gorm:"column:role"`
	Teams      sqlArray[string] `gorm:"column:teams"`
	Wards      sqlArray[int32]  `gorm:"column:wards"`
	OnDuty     bool             `gorm:"column:on_duty"`
	DutyAt     *time.Time       `gorm:"column:duty_at"`
	SeenAt     *time.Time       `gorm:"column:seen_at"`
	AssignedAt *time.Time       `gorm:"column:assigned_at"`
	Capacity   int              `gorm:"column:capacity"`
	Languages  sqlArray[string] `gorm:"column:languages"`
	Open       int              `gorm:"column:open;->"`
}

// TableName is the table of the staff.
func (dutyRow) TableName() string { return "agents" }

// dutyColumns read a dutyRow.
const dutyColumns = `agents.id, name, role, teams, wards, on_duty, duty_at, seen_at, assigned_at, capacity, languages,
	(SELECT count(*) FROM conversations c WHERE c.agent_id = agents.id AND c.closed_at IS NULL AND c.owner = 'agent') AS open`

// there reports whether somebody is on duty and was seen lately.
func (r *dutyRow) there(now time.Time) bool {
	return r.OnDuty && r.SeenAt != nil && r.SeenAt.After(now.Add(-seenWithin))
}

// GoOnDuty says that the viewer answers from now on, and what he takes on.
func (d *Desk) GoOnDuty(ctx context.Context, v Viewer, s Stated) (Present, error) {
	changes := map[string]any{"on_duty": true}
	if s.Capacity != nil {
		if *s.Capacity < 0 || *s.Capacity > maxCapacity {
			return Present{}, invalid("capacity", "must be from 0 to %d", maxCapacity)
		}
		changes["capacity"] = *s.Capacity
	}
	if s.Languages != nil {
		languages, err := languagesOf(s.Languages)
		if err != nil {
			return Present{}, err
		}
		changes["languages"] = languages
	}
	return d.changeDuty(ctx, v, changes)
}

func languagesOf(list []string) (sqlArray[string], error) {
	languages := sqlArray[string]{}
	if len(list) > maxLanguages {
		return nil, invalid("languages", "must be at most %d", maxLanguages)
	}
	for _, l := range list {
		l, err := word("languages", strings.TrimSpace(l))
		if err != nil || l == "" {
			return nil, invalid("languages", "must be codes such as bn or en")
		}
		languages = append(languages, l)
	}
	return languages, nil
}

// GoOffDuty says that the viewer does not answer any more. What he has stays
// his for two hours.
func (d *Desk) GoOffDuty(ctx context.Context, v Viewer) (Present, error) {
	return d.changeDuty(ctx, v, map[string]any{"on_duty": false})
}

func (d *Desk) changeDuty(ctx context.Context, v Viewer, changes map[string]any) (Present, error) {
	var after dutyRow
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[dutyRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("agents.id, on_duty, duty_at").
			Where("id = ? AND disabled_at IS NULL", v.AgentID), "agent")
		if err != nil {
			return err
		}
		now := d.now()
		changes["seen_at"] = now
		turned := row.OnDuty != changes["on_duty"] || row.DutyAt == nil
		if turned {
			changes["duty_at"] = now
		}
		if err := tx.Model(&dutyRow{}).Where("id = ?", row.ID).Updates(changes).Error; err != nil {
			return err
		}
		if after, err = first[dutyRow](tx.Select(dutyColumns).Where("id = ?", row.ID), "agent"); err != nil || !turned {
			return err
		}
		return d.audit(tx, v.AgentID, "duty.change", row.ID.String(), onDuty{row.OnDuty}, onDuty{after.OnDuty})
	})
	if err != nil {
		return Present{}, fmt.Errorf("change duty: %w", err)
	}
	return d.presentOf(after), nil
}

// onDuty is the audit log's word for presence.
type onDuty struct {
	On bool `json:"on"`
}

// Seen notes that somebody of the staff is doing something, to the minute.
func (d *Desk) Seen(ctx context.Context, agent uuid.UUID) error {
	now := d.now()
	if agent == uuid.Nil || !d.sightings.due(agent, now) {
		return nil
	}
	_, err := d.pool.Exec(ctx, `UPDATE agents SET seen_at = $2 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $2)`, agent, now)
	if err != nil {
		d.sightings.forget(agent)
		return fmt.Errorf("note who is there: %w", err)
	}
	return nil
}

// sightings remembers whose presence was noted lately. Its zero value is
// ready.
type sightings struct {
	mu   sync.Mutex
	last map[uuid.UUID]time.Time
}

// due reports whether it is time to note an agent again, and that it is done.
func (s *sightings) due(agent uuid.UUID, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.last[agent]; ok && now.Sub(last) < seenEvery {
		return false
	}
	if s.last == nil || len(s.last) >= maxStaff {
		s.last = make(map[uuid.UUID]time.Time)
	}
	s.last[agent] = now
	return true
}

func (s *sightings) forget(agent uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, agent)
}

// Staff lists who can be given something: those on duty first, then by name.
// Everybody on the staff may see it.
func (d *Desk) Staff(ctx context.Context, v Viewer) ([]Present, error) {
	if !v.Role.Known() {
		return nil, nil
	}
	var rows []dutyRow
	err := d.db.WithContext(ctx).Select(dutyColumns).Where("disabled_at IS NULL").Order("name, agents.id").Limit(maxStaff).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the staff: %w", err)
	}
	list := make([]Present, len(rows))
	for i, r := range rows {
		list[i] = d.presentOf(r)
	}
	slices.SortStableFunc(list, func(a, b Present) int {
		switch {
		case a.OnDuty == b.OnDuty:
			return 0
		case a.OnDuty:
			return -1
		default:
			return 1
		}
	})
	return list, nil
}

func (d *Desk) presentOf(r dutyRow) Present {
	p := Present{
		Agent: Ref{r.ID, r.Name}, Role: Role(r.Role), Teams: r.Teams, Languages: r.Languages, OnDuty: r.there(d.now()),
		Since: d.localOrNil(r.DutyAt), SeenAt: d.localOrNil(r.SeenAt), Capacity: r.Capacity, Open: r.Open,
	}
	for _, w := range r.Wards {
		p.Wards = append(p.Wards, int(w))
	}
	return p
}
