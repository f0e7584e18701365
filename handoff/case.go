package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// Case reads one case with its photos and all that happened to it. One the
// viewer may not see is ErrNotFound.
func (d *Desk) Case(ctx context.Context, v Viewer, number int64) (Case, error) {
	db := v.cases("cases").apply(d.db.WithContext(ctx)).Where("cases.number = ?", number)
	row, err := first[caseRow](db, "case")
	if err != nil {
		return Case{}, err
	}
	cases, err := d.casesOf(ctx, []caseRow{row})
	if err != nil {
		return Case{}, err
	}
	return cases[0], nil
}

// Track is what anybody who knows the number of a case may hear about it.
type Track struct {
	Number    int64
	Flow      string
	Status    CaseStatus
	UpdatedAt time.Time
}

// TrackCase tells anybody about a case: service, status and date. A duplicate
// stands where its main case does.
func (d *Desk) TrackCase(ctx context.Context, number int64) (Track, error) {
	db := d.db.WithContext(ctx).Select("cases.number, cases.flow, COALESCE(m.status, cases.status) AS status, COALESCE(m.updated_at, cases.updated_at) AS updated_at").
		Joins("LEFT JOIN cases m ON m.number = cases.duplicate_of").Where("cases.number = ?", number)
	row, err := first[caseRow](db, "case")
	if err != nil {
		return Track{}, err
	}
	return Track{Number: row.Number, Flow: row.Flow, Status: CaseStatus(row.Status), UpdatedAt: d.local(row.UpdatedAt)}, nil
}

// casesOf makes cases of their rows, with names, photos and timelines.
func (d *Desk) casesOf(ctx context.Context, rows []caseRow) ([]Case, error) {
	numbers := make([]int64, len(rows))
	people, staff := make([]uuid.UUID, len(rows)), make([]uuid.UUID, 0, len(rows))
	for i, r := range rows {
		numbers[i], people[i] = r.Number, r.ContactID
		if r.AgentID != nil {
			staff = append(staff, *r.AgentID)
		}
	}
	contacts, err := d.contactNames(ctx, people)
	if err != nil {
		return nil, err
	}
	agents, err := d.agentNames(ctx, staff)
	if err != nil {
		return nil, err
	}
	photos, err := d.photosOfCases(ctx, numbers)
	if err != nil {
		return nil, err
	}
	timelines, err := d.timelines(ctx, numbers)
	if err != nil {
		return nil, err
	}
	items := make([]Case, len(rows))
	for i, r := range rows {
		items[i] = d.caseOf(r)
		items[i].Contact.Name = contacts[r.ContactID]
		items[i].Agent = refOf(r.AgentID, agents)
		items[i].Photos, items[i].Timeline = photos[r.Number], timelines[r.Number]
	}
	return items, d.followersOf(ctx, items)
}

func (d *Desk) caseOf(r caseRow) Case {
	c := Case{
		Number: r.Number, Flow: r.Flow, Kind: flows.Kind(r.Kind), Title: r.Title, Status: CaseStatus(r.Status), Team: r.Team,
		Ward: maybe.Zero(r.Ward), WardBy: flows.WardBy(r.WardBy), Place: r.Place, Contact: Ref{ID: r.ContactID}, Conversation: r.ConversationID, Channel: r.Channel,
		Answers: json.RawMessage(r.Answers), OpenedAt: d.local(r.OpenedAt), DueAt: d.localOrNil(r.DueAt), UpdatedAt: d.local(r.UpdatedAt),
		DuplicateOf: maybe.Zero(r.DuplicateOf),
	}
	if r.Lat != nil && r.Lon != nil {
		c.Location = &Point{Lat: *r.Lat, Lon: *r.Lon}
	}
	return c
}

// timelines reads what happened to cases, oldest first.
func (d *Desk) timelines(ctx context.Context, numbers []int64) (map[int64][]Happening, error) {
	found := map[int64][]Happening{}
	if len(numbers) == 0 {
		return found, nil
	}
	var rows []timelineRow
	if err := d.db.WithContext(ctx).Where("case_number IN ?", numbers).Order("at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read timelines: %w", err)
	}
	var staff []uuid.UUID
	for _, r := range rows {
		if r.AgentID != nil {
			staff = append(staff, *r.AgentID)
		}
	}
	agents, err := d.agentNames(ctx, staff)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		found[r.CaseNumber] = append(found[r.CaseNumber], Happening{At: d.local(r.At), Kind: r.Kind, By: refOf(r.AgentID, agents), Text: r.Text})
	}
	return found, nil
}
