package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/flows/place"
	"nagorik/handoff/maybe"
)

// Bounds of what staff teach.
const (
	maxAlias    = 60   // characters of a name
	mostAliases = 5000 // names of a city
)

// HappenedWard is what the timeline calls another ward.
const HappenedWard = "ward"

// errAliases is the fault of a city that was taught too much.
var errAliases = errors.New("too many names are remembered already: remove some first")

// Placing says in which ward a case lies.
type Placing struct {
	Ward  int    // a ward of the city: the caller knows which there are
	Alias string // words that shall mean this ward from now on; empty: none
	Note  string
}

// PlaceCase corrects the ward of a case. Whoever works on it and does not work
// for that ward gives it back to the team. With an alias the words are
// remembered for the ward. Only supervisors may; others get ErrNotFound as for a
// case they do not see.
func (d *Desk) PlaceCase(ctx context.Context, v Viewer, number int64, to Placing) (Case, error) {
	if v.Role == RoleAgent {
		return Case{}, fmt.Errorf("place case %d: %w", number, ErrNotFound)
	}
	if to.Ward < 1 {
		return Case{}, invalid("ward", "say which ward")
	}
	note, err := noteOf("note", to.Note, false)
	if err != nil {
		return Case{}, err
	}
	return d.workOn(ctx, v, number, "case.ward", func(tx *gorm.DB, k *caseRow) (happened, error) {
		h := happened{kind: HappenedWard, text: strconv.Itoa(to.Ward)}
		if note != "" {
			h.text += "\n" + note
		}
		k.Ward, k.WardBy = &to.Ward, string(flows.WardCorrection)
		if err := offWard(tx, k, to.Ward); err != nil {
			return h, err
		}
		if strings.TrimSpace(to.Alias) == "" {
			return h, nil
		}
		return h, d.teach(tx, v, to.Alias, to.Ward, &k.Number)
	})
}

// offWard takes a case from an agent who does not work for its ward.
func offWard(tx *gorm.DB, k *caseRow, ward int) error {
	if k.AgentID == nil {
		return nil
	}
	agent, err := first[agentRow](tx.Where("id = ?", *k.AgentID), "agent")
	if err != nil {
		return err
	}
	if len(agent.Wards) > 0 && !slices.Contains([]int32(agent.Wards), int32(ward)) {
		k.AgentID = nil
	}
	return nil
}

// WardAlias is a name that the staff taught.
type WardAlias struct {
	ID    uuid.UUID
	Words string
	Ward  int
	Case  int64 // where it was learnt; 0: not from a case
	By    Ref
	At    time.Time
}

type aliasRow struct {
	ID         uuid.UUID `gorm:"column:id;primaryKey"`
	Words      string    `gorm:"column:words"`
	Sound      string    `gorm:"column:sound"`
	Ward       int       `gorm:"column:ward"`
	CaseNumber *int64    `gorm:"column:case_number"`
	AgentID    uuid.UUID `gorm:"column:agent_id"`
	At         time.Time `gorm:"column:at"`
}

// TableName is the table of taught names.
func (aliasRow) TableName() string { return "ward_aliases" }

// aliasStand is a taught name as the audit log shows it.
type aliasStand struct {
	Words string `json:"words"`
	Ward  int    `json:"ward"`
}

// teach remembers words for a ward; words that sound like known ones take their
// place.
func (d *Desk) teach(tx *gorm.DB, v Viewer, words string, ward int, from *int64) error {
	words = strings.Join(strings.Fields(bangla.Clean(words)), " ")
	if utf8.RuneCountInString(words) > maxAlias {
		return invalid("alias", "must have at most %d characters", maxAlias)
	}
	sound, err := place.Sound(words)
	if err != nil {
		return invalid("alias", "%v", err)
	}
	var n int64
	if err := tx.Model(&aliasRow{}).Where("sound <> ?", sound).Count(&n).Error; err != nil {
		return fmt.Errorf("count the names of wards: %w", err)
	}
	if n >= mostAliases {
		return invalid("alias", "%v", errAliases)
	}
	var was []aliasRow
	if err := tx.Where("sound = ?", sound).Find(&was).Error; err != nil {
		return fmt.Errorf("read the names of wards: %w", err)
	}
	row := aliasRow{ID: NewID(), Words: words, Sound: sound, Ward: ward, CaseNumber: from, AgentID: v.AgentID, At: d.now()}
	err = tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "sound"}}, DoUpdates: clause.AssignmentColumns([]string{"words", "ward", "case_number", "agent_id", "at"}),
	}).Create(&row).Error
	if err != nil {
		return fmt.Errorf("remember the name of a ward: %w", err)
	}
	var before any
	if len(was) > 0 {
		before = aliasStand{was[0].Words, was[0].Ward}
	}
	return d.audit(tx, v.AgentID, "ward.teach", strconv.Itoa(ward), before, aliasStand{words, ward})
}

// WardAliases lists what was taught, the latest first.
func (d *Desk) WardAliases(ctx context.Context) ([]WardAlias, error) {
	var rows []aliasRow
	if err := d.db.WithContext(ctx).Order("at DESC, id DESC").Limit(mostAliases).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the names of wards: %w", err)
	}
	names, err := namesOfStaff(ctx, d, rows, func(r aliasRow) uuid.UUID { return r.AgentID })
	if err != nil {
		return nil, err
	}
	list := make([]WardAlias, len(rows))
	for i, r := range rows {
		list[i] = WardAlias{ID: r.ID, Words: r.Words, Ward: r.Ward, Case: maybe.Zero(r.CaseNumber), By: Ref{ID: r.AgentID, Name: names[r.AgentID]}, At: d.local(r.At)}
	}
	return list, nil
}

// ForgetAlias removes a taught name.
func (d *Desk) ForgetAlias(ctx context.Context, v Viewer, id uuid.UUID) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[aliasRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id), "name of a ward")
		if err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&aliasRow{}).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "ward.forget", strconv.Itoa(row.Ward), aliasStand{row.Words, row.Ward}, nil)
	})
	if err != nil {
		return fmt.Errorf("forget the name of a ward: %w", err)
	}
	return nil
}

// WardLayer is a map of wards that was imported.
type WardLayer struct {
	Name  string // of the file
	Text  string // GeoJSON
	Wards int
}

type layerRow struct {
	ID    uuid.UUID `gorm:"column:id;primaryKey"`
	Name  string    `gorm:"column:name"`
	Layer string    `gorm:"column:layer"`
	Wards int       `gorm:"column:wards"`
	At    time.Time `gorm:"column:at"`
}

// TableName is the table of imported layers.
func (layerRow) TableName() string { return "ward_layers" }

// KeepWardLayer keeps a layer; earlier ones stay on record.
func (d *Desk) KeepWardLayer(ctx context.Context, name, layer string, wards int) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row := layerRow{ID: NewID(), Name: name, Layer: layer, Wards: wards, At: d.now()}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return d.auditSystem(tx, "ward.import", name, map[string]int{"wards": wards})
	})
	if err != nil {
		return fmt.Errorf("keep the ward layer: %w", err)
	}
	return nil
}

// WardLayer reads the layer that was imported last; ErrNotFound when none was.
func (d *Desk) WardLayer(ctx context.Context) (WardLayer, error) {
	row, err := first[layerRow](d.db.WithContext(ctx).Order("id DESC"), "ward layer")
	return WardLayer{Name: row.Name, Text: row.Layer, Wards: row.Wards}, err
}
