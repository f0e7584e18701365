package handoff

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"
)

// Publication is what somebody of the staff publishes. That the files are
// sound is for the caller to know.
type Publication struct {
	Files    []CatalogFile
	Base     int64 // the version that the files were made from
	Restores int64 // the version whose files they are; 0: they are new
	Draft    bool  // they are the publisher's draft, which is done with then
	Note     string
	Moves    []SessionMove // of those who wait at a state that is gone; everybody else stays
}

// publishedFlows is the audit log's word for a version.
type publishedFlows struct {
	Version  int64  `json:"version"`
	Restores int64  `json:"restores,omitempty"`
	Note     string `json:"note,omitempty"`

	Moved []string `json:"moved,omitempty"` // how many people are moved, and where
}

// Publish makes a newer version of the flows and returns its number. ErrConflict when another version than Base is
// the newest: somebody else published in the meantime. A FieldError names what
// is wrong with the note or the files.
func (d *Desk) Publish(ctx context.Context, v Viewer, p Publication) (int64, error) {
	if !v.writesFlows() {
		return 0, fmt.Errorf("publish flows: %w", ErrNotFound)
	}
	var version int64
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(catalogLock)).Error; err != nil {
			return err
		}
		last, _, err := wanted(tx, SourceConsole, "")
		if err != nil {
			return err
		}
		if last != p.Base {
			return ErrConflict
		}
		agent, err := first[agentRow](tx.Where("id = ?", v.AgentID), "account")
		if err != nil {
			return err
		}
		row, err := d.newCatalogRow(p.Files, SourceConsole, agent.Name, p.Note)
		if err != nil {
			return err
		}
		if version, err = insertCatalog(tx, row); err != nil {
			return err
		}
		moved, err := planMoves(tx, version, p.Moves)
		if err != nil {
			return err
		}
		if p.Draft {
			if err := tx.Where("agent_id = ?", v.AgentID).Delete(&catalogDraftRow{}).Error; err != nil {
				return err
			}
		}
		return d.audit(tx, v.AgentID, "flows.publish", strconv.FormatInt(version, 10),
			publishedFlows{Version: last}, publishedFlows{version, p.Restores, p.Note, moved})
	})
	if err != nil {
		var field *FieldError
		if errors.As(err, &field) {
			return 0, err
		}
		return 0, fmt.Errorf("publish flows: %w", err)
	}
	return version, nil
}

// writesFlows reports whether a viewer may change the services.
func (v Viewer) writesFlows() bool { return v.Role == RoleSupervisor || v.Role == RoleAdministrator }

// insertCatalog adds a version.
func insertCatalog(tx *gorm.DB, row catalogRow) (version int64, err error) {
	err = tx.Raw("INSERT INTO catalogs (files, hash, source, author, note, published_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING version",
		row.Files, row.Hash, row.Source, row.Author, row.Note, row.PublishedAt).Scan(&version).Error
	return version, err
}

// Inside counts the people who stand at a state of a version of the flows.
type Inside struct {
	Version int64
	Flow    string
	State   string
	People  int
}

// InsideFlows counts the open dialogues by where they stand, the fullest
// places first.
func (d *Desk) InsideFlows(ctx context.Context) ([]Inside, error) {
	var list []Inside
	err := d.db.WithContext(ctx).Raw(`SELECT COALESCE((checkpoint->>'catalog')::bigint, 0) AS version, checkpoint->>'flow' AS flow,
		COALESCE(checkpoint->>'state', '') AS state, count(*) AS people
		FROM conversations WHERE closed_at IS NULL AND COALESCE(checkpoint->>'flow', '') <> ''
		GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 3 LIMIT ?`, maxInside).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count people inside the flows: %w", err)
	}
	return list, nil
}

// maxInside bounds the places that InsideFlows names.
const maxInside = 500
