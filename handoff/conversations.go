package handoff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// Conversation is a thread of one identity.
type Conversation struct {
	ID       uuid.UUID
	Contact  Ref
	Channel  string
	Owner    flows.Owner
	Agent    *Ref   // who has it; nil unless a person of the staff does
	Team     string // whom it was passed to
	Reason   string // why it came to the desk
	Urgent   bool
	QueuedAt *time.Time // since when it waits; nil when it does not
	// PromisedAt is until when a person shall have answered; nil: nothing is
	// promised, or somebody has. MissedAt is when the citizen was told that it
	// takes longer.
	PromisedAt *time.Time
	MissedAt   *time.Time
	Flow       string // the service it is about, or was last
	State      string
	Language   string
	Ward       int // 0 when not known
	OpenedAt   time.Time
	LastInAt   time.Time // when the person last wrote
	LastAt     time.Time // when anything last happened
	ClosedAt   *time.Time
	Rating     int        // how satisfied the citizen was with whoever ended it, 1 to 5; 0: no answer
	RatedAt    *time.Time // when that was answered
}

// ConversationFilter narrows a list of conversations; empty fields do not.
type ConversationFilter struct {
	PageOf
	Owner flows.Owner
	Agent uuid.UUID // who has it
	Team  string
	Open  *bool // true: only open ones, false: only closed ones

	Channel string
	Flow    string
	Ward    int
	From    time.Time // when it was opened
	To      time.Time // not included
	Counted Counted   // by a figure
}

// Conversations lists the conversations that the viewer may see, the newest
// first.
func (d *Desk) Conversations(ctx context.Context, v Viewer, f ConversationFilter) (Page[Conversation], error) {
	var none Page[Conversation]
	limit, err := f.limit()
	if err != nil {
		return none, err
	}
	db := v.conversations("conversations").apply(d.db.WithContext(ctx))
	switch f.Owner {
	case "":
	case flows.OwnerBot, flows.OwnerQueue, flows.OwnerAgent:
		db = db.Where("owner = ?", f.Owner)
	default:
		return none, invalid("owner", "must be bot, queue or agent")
	}
	if f.Team != "" {
		team, err := word("team", f.Team)
		if err != nil {
			return none, err
		}
		db = db.Where("team <> '' AND team = ?", team)
	}
	if db, err = f.Counted.narrow(db, d.now()); err != nil {
		return none, err
	}
	if f.Agent != uuid.Nil {
		db = db.Where("agent_id = ?", f.Agent)
	}
	if f.Open != nil {
		db = db.Where("(closed_at IS NULL) = ?", *f.Open)
	}
	if db, err = f.narrow(db); err != nil {
		return none, err
	}
	if db, err = f.sorted(db); err != nil {
		return none, err
	}
	var rows []conversationRow
	if err := db.Limit(limit + 1).Find(&rows).Error; err != nil {
		return none, fmt.Errorf("list conversations: %w", err)
	}
	rows, next := cut(rows, limit, func(r conversationRow) string { return r.ID.String() })
	items, err := d.conversationsOf(ctx, rows)
	return Page[Conversation]{Items: items, Next: next}, err
}

// narrow adds what a conversation is about, and when and where it was opened.
func (f ConversationFilter) narrow(db *gorm.DB) (*gorm.DB, error) {
	for _, by := range []struct{ field, value string }{{"channel", f.Channel}, {"flow", f.Flow}} {
		if by.value == "" {
			continue
		}
		name, err := word(by.field, by.value)
		if err != nil {
			return nil, err
		}
		db = db.Where("conversations."+by.field+" = ?", name)
	}
	if f.Ward != 0 {
		db = db.Where("conversations.ward = ?", f.Ward)
	}
	if !f.From.IsZero() {
		db = db.Where("conversations.opened_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		db = db.Where("conversations.opened_at < ?", f.To)
	}
	return db, nil
}

// sorted narrows a query to what comes after the cursor, and sorts it. Between
// days it goes by the days, so that those of last year are found without reading
// all that came since.
func (f ConversationFilter) sorted(db *gorm.DB) (*gorm.DB, error) {
	if f.From.IsZero() && f.To.IsZero() {
		db, err := f.afterID(db, "id")
		if err != nil {
			return nil, err
		}
		return db.Order("id DESC"), nil
	}
	id, err := f.id()
	if err != nil {
		return nil, err
	}
	if id != uuid.Nil {
		db = db.Where("(conversations.opened_at, conversations.id) < (SELECT c.opened_at, c.id FROM conversations c WHERE c.id = ?)", id)
	}
	return db.Order("conversations.opened_at DESC, conversations.id DESC"), nil
}

// ConversationHead reads a conversation without its messages, whoever may see it.
func (d *Desk) ConversationHead(ctx context.Context, id uuid.UUID) (Conversation, error) {
	row, err := first[conversationRow](d.db.WithContext(ctx).Where("id = ?", id), "conversation")
	if err != nil {
		return Conversation{}, err
	}
	items, err := d.conversationsOf(ctx, []conversationRow{row})
	if err != nil {
		return Conversation{}, err
	}
	return items[0], nil
}

// conversationsOf makes conversations of their rows, with names.
func (d *Desk) conversationsOf(ctx context.Context, rows []conversationRow) ([]Conversation, error) {
	people, staff := make([]uuid.UUID, 0, len(rows)), make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		people = append(people, r.ContactID)
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
	items := make([]Conversation, len(rows))
	for i, r := range rows {
		items[i] = Conversation{
			ID: r.ID, Contact: Ref{r.ContactID, contacts[r.ContactID]}, Channel: r.Channel,
			Owner: flows.Owner(r.Owner), Agent: refOf(r.AgentID, agents), Team: r.Team, Reason: r.Reason, Urgent: r.Urgent,
			QueuedAt: d.localOrNil(r.QueuedAt), PromisedAt: d.localOrNil(r.PromisedAt), MissedAt: d.localOrNil(r.MissedAt), Flow: r.Flow, State: r.State, Language: r.Language, Ward: maybe.Zero(r.Ward),
			OpenedAt: d.local(r.OpenedAt), LastInAt: d.local(r.LastInAt), LastAt: d.local(r.LastAt), ClosedAt: d.localOrNil(r.ClosedAt),
			Rating: maybe.Zero(r.Rating), RatedAt: d.localOrNil(r.RatedAt),
		}
	}
	return items, nil
}

// refOf names an agent; nil when there is none.
func refOf(id *uuid.UUID, names map[uuid.UUID]string) *Ref {
	if id == nil {
		return nil
	}
	return &Ref{*id, names[*id]}
}

// contactNames reads the names of contacts.
func (d *Desk) contactNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return d.namesIn(ctx, "contacts", ids)
}

// agentNames reads the names of the staff.
func (d *Desk) agentNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return d.namesIn(ctx, "agents", ids)
}

// namesOfStaff reads the names of those of the staff that rows are by.
func namesOfStaff[T any](ctx context.Context, d *Desk, rows []T, by func(T) uuid.UUID) (map[uuid.UUID]string, error) {
	staff := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		staff[i] = by(r)
	}
	return d.agentNames(ctx, staff)
}

func (d *Desk) namesIn(ctx context.Context, table string, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	found := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	var rows []struct {
		ID   uuid.UUID `gorm:"column:id"`
		Name string    `gorm:"column:name"`
	}
	err := d.db.WithContext(ctx).Table(table).Select("id, name").Where("id IN ?", slices.Compact(ids)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read names of %s: %w", table, err)
	}
	for _, r := range rows {
		found[r.ID] = r.Name
	}
	return found, nil
}
