package handoff

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Follower is somebody who hears of a case like its reporter.
type Follower struct {
	Ref
	Joined bool // instead of reporting the matter again; false: a duplicate is theirs
}

// followersOf reads, for cases, the duplicates that lead to them and who
// follows them: whoever reported one of these or joined it or the case itself,
// each once, but not the reporter of the case.
func (d *Desk) followersOf(ctx context.Context, items []Case) error {
	at := make(map[int64]int, len(items))
	numbers := make([]int64, len(items))
	for i, k := range items {
		numbers[i], at[k.Number] = k.Number, i
	}
	if len(numbers) == 0 {
		return nil
	}
	var rows []struct {
		Case   int64     `gorm:"column:main"`
		Number int64     `gorm:"column:number"` // of the duplicate; 0: it was joined
		ID     uuid.UUID `gorm:"column:contact_id"`
		Name   string    `gorm:"column:name"`
	}
	err := d.db.WithContext(ctx).Raw(`SELECT f.main, f.number, f.contact_id, contacts.name FROM (
			SELECT duplicate_of AS main, number, contact_id, opened_at AS at FROM cases WHERE duplicate_of IN @all
			UNION ALL SELECT case_number, 0, contact_id, at FROM case_followers WHERE case_number IN @all
			UNION ALL SELECT c.duplicate_of, 0, f.contact_id, f.at FROM cases c JOIN case_followers f ON f.case_number = c.number WHERE c.duplicate_of IN @all
		) f JOIN contacts ON contacts.id = f.contact_id ORDER BY f.number = 0, f.number, f.at, f.contact_id`, map[string]any{"all": numbers}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read who follows cases: %w", err)
	}
	for _, r := range rows {
		k := &items[at[r.Case]]
		if r.Number != 0 {
			k.Duplicates = append(k.Duplicates, r.Number)
		}
		same := func(f Follower) bool { return f.ID == r.ID }
		if r.ID != k.Contact.ID && !slices.ContainsFunc(k.Followers, same) {
			k.Followers = append(k.Followers, Follower{Ref{r.ID, r.Name}, r.Number == 0})
		}
	}
	return nil
}

// SeenContacts are those of the contacts that the viewer may see.
func (d *Desk) SeenContacts(ctx context.Context, v Viewer, contacts []uuid.UUID) (map[uuid.UUID]bool, error) {
	seen := make(map[uuid.UUID]bool, len(contacts))
	if len(contacts) == 0 {
		return seen, nil
	}
	var found []uuid.UUID
	err := v.contacts("contacts").apply(d.db.WithContext(ctx).Model(&contactRow{})).Where("contacts.id IN ?", contacts).Pluck("id", &found).Error
	if err != nil {
		return nil, fmt.Errorf("see which contacts are in sight: %w", err)
	}
	for _, id := range found {
		seen[id] = true
	}
	return seen, nil
}
