package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// Call reads a call that the viewer sees, and where it stands. What was not
// written by staff is ErrNotFound.
func (d *Desk) Call(ctx context.Context, v Viewer, id uuid.UUID) (Call, Stand, error) {
	db := d.db.WithContext(ctx)
	row, err := first[calledRow](v.conversations("conversations").apply(db).Where("conversations.id = ? AND called_by IS NOT NULL", id), "call")
	if err != nil {
		return Call{}, Stand{}, err
	}
	calls, err := d.callsOf(ctx, []calledRow{row})
	if err != nil {
		return Call{}, Stand{}, err
	}
	stand, err := d.standIn(ctx, id)
	return calls[0], stand, err
}

// OpenCalls are the calls that the viewer has not ended, the newest first.
func (d *Desk) OpenCalls(ctx context.Context, v Viewer) ([]Call, error) {
	var rows []calledRow
	err := d.db.WithContext(ctx).Where("called_by = ? AND closed_at IS NULL AND owner = ?", v.AgentID, string(flows.OwnerBot)).Order("id DESC").Limit(mostCalls).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list open calls: %w", err)
	}
	return d.callsOf(ctx, rows)
}

func (d *Desk) callsOf(ctx context.Context, rows []calledRow) ([]Call, error) {
	identities, contacts := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		identities[i], contacts[i] = r.Conversation.IdentityID, r.Conversation.ContactID
	}
	var found []identityRow
	if err := d.db.WithContext(ctx).Where("id IN ?", identities).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	keys := make(map[uuid.UUID]Key, len(found))
	for _, i := range found {
		keys[i.ID] = Key{i.Channel, i.Address}
	}
	names, err := d.namesIn(ctx, "contacts", contacts)
	if err != nil {
		return nil, err
	}
	calls := make([]Call, len(rows))
	for i, r := range rows {
		c := r.Conversation
		calls[i] = Call{
			Conversation: c.ID, Contact: Ref{c.ContactID, names[c.ContactID]}, Key: keys[c.IdentityID], By: maybe.Zero(r.CalledBy), Flow: c.Flow, Language: c.Language,
			Version: r.Version, Owner: flows.Owner(c.Owner), Ward: maybe.Zero(c.Ward), OpenedAt: d.local(c.OpenedAt), Over: c.ClosedAt != nil,
		}
	}
	return calls, nil
}

// WithPhone are the contacts that the viewer sees who have exactly that phone,
// or telephone or write from it. What is no number is nobody's.
func (d *Desk) WithPhone(ctx context.Context, v Viewer, phone string) ([]Contact, error) {
	c, err := Caller{Name: "?", Phone: phone}.checked()
	if err != nil || c.Phone == "" {
		return nil, nil //nolint:nilerr // who opens the call says what is wrong with it
	}
	page, err := d.Contacts(ctx, v, ContactFilter{PageOf: PageOf{Limit: mostCalls}, Query: c.Phone})
	return page.Items, err
}
