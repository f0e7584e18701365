package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"
)

// CatalogDraft is what a supervisor is writing. Nobody else sees it.
type CatalogDraft struct {
	Base      int64 // the version it was made from
	Files     []CatalogFile
	ChangedAt time.Time
}

type catalogDraftRow struct {
	AgentID   uuid.UUID `gorm:"column:agent_id;primaryKey"`
	Base      int64     `gorm:"column:base"`
	Files     rawJSON   `gorm:"column:files"`
	ChangedAt time.Time `gorm:"column:changed_at"`
}

// TableName is the table of drafts of the flows.
func (catalogDraftRow) TableName() string { return "catalog_drafts" }

// CatalogDraft is the viewer's draft; ErrNotFound when there is none.
func (d *Desk) CatalogDraft(ctx context.Context, v Viewer) (CatalogDraft, error) {
	row, err := first[catalogDraftRow](d.db.WithContext(ctx).Where("agent_id = ?", v.AgentID), "draft of the flows")
	if err != nil {
		return CatalogDraft{}, err
	}
	draft := CatalogDraft{Base: row.Base, ChangedAt: d.local(row.ChangedAt)}
	if err := json.Unmarshal(row.Files, &draft.Files); err != nil {
		return CatalogDraft{}, fmt.Errorf("read draft of the flows: %w", err)
	}
	return draft, nil
}

// KeepCatalogDraft keeps what the viewer wrote in place of what he wrote
// before. It need not be sound.
func (d *Desk) KeepCatalogDraft(ctx context.Context, v Viewer, draft CatalogDraft) error {
	if !v.writesFlows() {
		return fmt.Errorf("keep draft of the flows: %w", ErrNotFound)
	}
	checked, err := d.newCatalogRow(draft.Files, SourceConsole, "", "")
	if err != nil {
		return err
	}
	row := catalogDraftRow{AgentID: v.AgentID, Base: draft.Base, Files: checked.Files, ChangedAt: d.now()}
	if err := d.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "agent_id"}}, UpdateAll: true}).Create(&row).Error; err != nil {
		return fmt.Errorf("keep draft of the flows: %w", err)
	}
	return nil
}

// DropCatalogDraft throws the viewer's draft away, if there is one.
func (d *Desk) DropCatalogDraft(ctx context.Context, v Viewer) error {
	if err := d.db.WithContext(ctx).Where("agent_id = ?", v.AgentID).Delete(&catalogDraftRow{}).Error; err != nil {
		return fmt.Errorf("drop draft of the flows: %w", err)
	}
	return nil
}
