package handoff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// Bounds of saved filters.
const (
	MaxFilterName  = 60   // characters
	maxFilterQuery = 1000 // bytes
	maxFilters     = 30   // of one agent for one list
	sharedFilters  = 100  // of all, that are offered for one list
)

// FilterLists are the lists that filters are saved for.
func FilterLists() []string { return []string{"cases", "conversations", "inbox"} }

// SavedFilter is what a list was narrowed to, under a name.
type SavedFilter struct {
	ID     uuid.UUID
	List   string // one of FilterLists
	Name   string
	Query  string // as it stands in the address of the list
	Shared bool   // everybody of the staff is offered it
	By     Ref
	Own    bool // it is the viewer's
}

type savedFilterRow struct {
	ID        uuid.UUID `gorm:"column:id;primaryKey"`
	AgentID   uuid.UUID `gorm:"column:agent_id"`
	List      string    `gorm:"column:list"`
	Name      string    `gorm:"column:name"`
	Query     string    `gorm:"column:query"`
	Shared    bool      `gorm:"column:shared"`
	CreatedAt time.Time `gorm:"column:created_at"`
	By        string    `gorm:"column:by;->"`
}

// TableName is the table of saved filters.
func (savedFilterRow) TableName() string { return "saved_filters" }

// SavedFilters lists the filters that the viewer has saved for a list, and
// those that others share, by name.
func (d *Desk) SavedFilters(ctx context.Context, v Viewer, list string) ([]SavedFilter, error) {
	if !v.Role.Known() {
		return nil, nil
	}
	var rows []savedFilterRow
	err := d.db.WithContext(ctx).Table("saved_filters").Select("saved_filters.*, agents.name AS by").Joins("JOIN agents ON agents.id = saved_filters.agent_id").
		Where("list = ? AND (agent_id = ? OR shared AND agents.disabled_at IS NULL)", list, v.AgentID).
		Order("saved_filters.name, saved_filters.id").Limit(maxFilters + sharedFilters).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list saved filters: %w", err)
	}
	found := make([]SavedFilter, len(rows))
	for i, r := range rows {
		found[i] = SavedFilter{ID: r.ID, List: r.List, Name: r.Name, Query: r.Query, Shared: r.Shared, By: Ref{r.AgentID, r.By}, Own: r.AgentID == v.AgentID}
	}
	return found, nil
}

// SaveFilter keeps a filter of the viewer's, in place of one of the same name.
// Sharing it is for those who supervise. Its errors are FieldErrors.
func (d *Desk) SaveFilter(ctx context.Context, v Viewer, f SavedFilter) (uuid.UUID, error) {
	f.Name = strings.Join(strings.Fields(bangla.Clean(f.Name)), " ")
	switch {
	case !slices.Contains(FilterLists(), f.List):
		return uuid.Nil, invalid("list", "must be one of %s", strings.Join(FilterLists(), ", "))
	case f.Name == "" || utf8.RuneCountInString(f.Name) > MaxFilterName:
		return uuid.Nil, invalid("name", "must have 1 to %d characters", MaxFilterName)
	case f.Query == "" || len(f.Query) > maxFilterQuery:
		return uuid.Nil, invalid("query", "must have 1 to %d bytes", maxFilterQuery)
	case f.Shared && v.Role == RoleAgent:
		return uuid.Nil, invalid("shared", "is for those who supervise")
	}
	row := savedFilterRow{ID: NewID(), AgentID: v.AgentID, List: f.List, Name: f.Name, Query: keepable(f.Query), Shared: f.Shared, CreatedAt: d.now()}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec(`SELECT id FROM agents WHERE id = ? FOR UPDATE`, v.AgentID).Error; err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&savedFilterRow{}).Where("agent_id = ? AND list = ? AND name <> ?", v.AgentID, f.List, f.Name).Count(&n).Error; err != nil {
			return err
		}
		if n >= maxFilters {
			return invalid("name", "there are %d already; delete one first", maxFilters)
		}
		same := clause.OnConflict{Columns: []clause.Column{{Name: "agent_id"}, {Name: "list"}, {Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"query", "shared"})}
		return tx.Clauses(same, clause.Returning{Columns: []clause.Column{{Name: "id"}}}).Create(&row).Error
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("save a filter: %w", err)
	}
	return row.ID, nil
}

// DropFilter deletes a saved filter: one's own, or for those who supervise one
// that is shared. ErrNotFound for any other. It returns what it was.
func (d *Desk) DropFilter(ctx context.Context, v Viewer, id uuid.UUID) (SavedFilter, error) {
	row := savedFilterRow{}
	db := d.db.WithContext(ctx).Clauses(clause.Returning{}).Where("id = ?", id)
	if v.Role == RoleAgent {
		db = db.Where("agent_id = ?", v.AgentID)
	} else {
		db = db.Where("(agent_id = ? OR shared)", v.AgentID)
	}
	done := db.Delete(&row)
	if done.Error != nil {
		return SavedFilter{}, fmt.Errorf("delete a saved filter: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return SavedFilter{}, fmt.Errorf("delete a saved filter: %w", ErrNotFound)
	}
	return SavedFilter{ID: row.ID, List: row.List, Name: row.Name, Query: row.Query, Shared: row.Shared}, nil
}
