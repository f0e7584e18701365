package handoff

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// Bounds of canned replies.
const (
	MaxCannedTitle = 80   // characters
	MaxCannedText  = 2000 // characters of each language: room is left for what is added by hand
	mostCanned     = 500  // of a city
)

// CannedReply is an answer that is given again and again.
type CannedReply struct {
	ID        uuid.UUID
	Team      string // whose it is; empty: everybody's
	Title     string // by which staff find it
	Bangla    string
	English   string
	By        Ref // who changed it last
	ChangedAt time.Time
}

// In is the reply in a language, Bangla when it is none of the two.
func (r CannedReply) In(lang string) string {
	if lang == "en" {
		return r.English
	}
	return r.Bangla
}

// CannedPlaces are what a canned reply may hold in braces, to be filled in
// from the conversation: {name}, {case}, {agent}, {ward} and {service}.
func CannedPlaces() []string { return []string{"name", "case", "agent", "ward", "service"} }

var (
	inBraces    = regexp.MustCompile(`\{[^{}\n]{0,40}\}`)
	cannedPlace = regexp.MustCompile(`\{(name|case|agent|ward|service)\}`)
)

// Unfilled are the places that a text still holds, each once.
func Unfilled(text string) []string {
	var found []string
	for _, place := range cannedPlace.FindAllString(text, -1) {
		if !slices.Contains(found, place) {
			found = append(found, place)
		}
	}
	return found
}

// FillCanned fills in what is known. What is not known stays as it is, for the
// agent to see.
func FillCanned(text string, known map[string]string) string {
	return cannedPlace.ReplaceAllStringFunc(text, func(place string) string {
		if value := known[strings.Trim(place, "{}")]; value != "" {
			return value
		}
		return place
	})
}

type cannedRow struct {
	ID        uuid.UUID `gorm:"column:id;primaryKey"`
	Team      string    `gorm:"column:team"`
	Title     string    `gorm:"column:title"`
	Bangla    string    `gorm:"column:bn"`
	English   string    `gorm:"column:en"`
	AgentID   uuid.UUID `gorm:"column:agent_id"`
	ChangedAt time.Time `gorm:"column:changed_at"`
}

// TableName is the table of canned replies.
func (cannedRow) TableName() string { return "canned_replies" }

// cannedStand is a canned reply as the audit log shows it.
type cannedStand struct {
	Title   string `json:"title"`
	Team    string `json:"team,omitempty"`
	Bangla  string `json:"bn"`
	English string `json:"en"`
}

func (r cannedRow) stand() cannedStand { return cannedStand{r.Title, r.Team, r.Bangla, r.English} }

// CannedReplies lists the canned replies that are everybody's and those of the
// viewer's teams, by team and title. Who has no teams, and who supervises, has
// all.
func (d *Desk) CannedReplies(ctx context.Context, v Viewer) ([]CannedReply, error) {
	db := d.db.WithContext(ctx)
	switch {
	case !v.Role.Known():
		return nil, nil
	case v.Role == RoleAgent && len(v.Teams) > 0:
		db = db.Where("team = '' OR team IN ?", v.Teams)
	}
	var rows []cannedRow
	if err := db.Order("team, title, id").Limit(mostCanned).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list canned replies: %w", err)
	}
	names, err := namesOfStaff(ctx, d, rows, func(r cannedRow) uuid.UUID { return r.AgentID })
	if err != nil {
		return nil, err
	}
	list := make([]CannedReply, len(rows))
	for i, r := range rows {
		list[i] = CannedReply{ID: r.ID, Team: r.Team, Title: r.Title, Bangla: r.Bangla, English: r.English, By: Ref{r.AgentID, names[r.AgentID]}, ChangedAt: d.local(r.ChangedAt)}
	}
	return list, nil
}

// CannedReply reads one that the viewer may use.
func (d *Desk) CannedReply(ctx context.Context, v Viewer, id uuid.UUID) (CannedReply, error) {
	list, err := d.CannedReplies(ctx, v)
	if err != nil {
		return CannedReply{}, err
	}
	i := slices.IndexFunc(list, func(r CannedReply) bool { return r.ID == id })
	if i < 0 {
		return CannedReply{}, fmt.Errorf("canned reply %s: %w", id, ErrNotFound)
	}
	return list[i], nil
}

// SaveCanned adds a canned reply, or changes the one with its id. Only
// supervisors may; others get ErrNotFound. What is wrong with it is a
// FieldError of team, title, bn or en.
func (d *Desk) SaveCanned(ctx context.Context, v Viewer, r CannedReply) error {
	if v.Role != RoleSupervisor && v.Role != RoleAdministrator {
		return fmt.Errorf("save a canned reply: %w", ErrNotFound)
	}
	row, err := d.cannedRowOf(v, r)
	if err != nil {
		return err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if r.ID == uuid.Nil {
			return d.addCanned(tx, v, row)
		}
		was, err := first[cannedRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", r.ID), "canned reply")
		if err != nil || was.stand() == row.stand() {
			return err
		}
		if err := tx.Save(&row).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "reply.change", row.ID.String(), was.stand(), row.stand())
	})
	if err != nil {
		return fmt.Errorf("save a canned reply: %w", err)
	}
	return nil
}

func (d *Desk) addCanned(tx *gorm.DB, v Viewer, row cannedRow) error {
	var n int64
	if err := tx.Model(&cannedRow{}).Count(&n).Error; err != nil {
		return err
	}
	if n >= mostCanned {
		return invalid("title", "cannot be added: there are %d replies already, delete some first", mostCanned)
	}
	row.ID = NewID()
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return d.audit(tx, v.AgentID, "reply.add", row.ID.String(), nil, row.stand())
}

// cannedRowOf checks a canned reply.
func (d *Desk) cannedRowOf(v Viewer, r CannedReply) (cannedRow, error) {
	row := cannedRow{ID: r.ID, AgentID: v.AgentID, ChangedAt: d.now(), Title: strings.Join(strings.Fields(bangla.Clean(r.Title)), " ")}
	var err error
	if row.Team, err = word("team", strings.TrimSpace(r.Team)); err != nil {
		return row, err
	}
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > MaxCannedTitle {
		return row, invalid("title", "must have 1 to %d characters", MaxCannedTitle)
	}
	if row.Bangla, err = cannedText("bn", r.Bangla); err != nil {
		return row, err
	}
	row.English, err = cannedText("en", r.English)
	return row, err
}

// cannedText checks a reply in one language.
func cannedText(field, text string) (string, error) {
	text = strings.TrimSpace(bangla.Clean(text))
	if n := utf8.RuneCountInString(text); n == 0 || n > MaxCannedText {
		return "", invalid(field, "must have 1 to %d characters", MaxCannedText)
	}
	for _, place := range inBraces.FindAllString(text, -1) {
		if !cannedPlace.MatchString(place) {
			return "", invalid(field, "holds %s, which nothing fills in: there are {%s}", place, strings.Join(CannedPlaces(), "}, {"))
		}
	}
	return text, nil
}

// DeleteCanned removes a canned reply. Only supervisors may; others get
// ErrNotFound.
func (d *Desk) DeleteCanned(ctx context.Context, v Viewer, id uuid.UUID) error {
	if v.Role != RoleSupervisor && v.Role != RoleAdministrator {
		return fmt.Errorf("delete a canned reply: %w", ErrNotFound)
	}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[cannedRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id), "canned reply")
		if err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&cannedRow{}).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "reply.delete", id.String(), row.stand(), nil)
	})
	if err != nil {
		return fmt.Errorf("delete a canned reply: %w", err)
	}
	return nil
}
