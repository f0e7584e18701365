package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// Broadcasts keeps broadcasts: broadcasts.Store. Its errors are
// handoff.ErrNotFound, handoff.ErrConflict when the state does not allow it,
// and handoff.FieldError with the field's name in the JSON body. All deeds are
// in the audit log.
type Broadcasts interface {
	// List is the newest first, at most 50; those written before an id, or nil.
	List(ctx context.Context, before uuid.UUID) ([]broadcasts.Broadcast, error)
	Broadcast(ctx context.Context, id uuid.UUID) (broadcasts.Broadcast, error)
	Create(ctx context.Context, v handoff.Viewer, d broadcasts.Draft) (uuid.UUID, error)
	// Edit is for drafts alone; take a scheduled one back first.
	Edit(ctx context.Context, v handoff.Viewer, id uuid.UUID, d broadcasts.Draft) error
	// Schedule sends a draft at a time; zero, or one gone by: now.
	Schedule(ctx context.Context, v handoff.Viewer, id uuid.UUID, at time.Time) error
	// TakeBack makes a scheduled one a draft again.
	TakeBack(ctx context.Context, v handoff.Viewer, id uuid.UUID) error
	// Pause stops at once: what was not begun waits.
	Pause(ctx context.Context, v handoff.Viewer, id uuid.UUID) error
	Resume(ctx context.Context, v handoff.Viewer, id uuid.UUID) error
	// Cancel ends one for good; whoever was not told is skipped.
	Cancel(ctx context.Context, v handoff.Viewer, id uuid.UUID) error
	// Override lets one that is not over go out in quiet hours, for a written reason.
	Override(ctx context.Context, v handoff.Viewer, id uuid.UUID, reason string) error
	// Progress is cheap and may be asked for often.
	Progress(ctx context.Context, id uuid.UUID) (broadcasts.Counts, error)
	Results(ctx context.Context, id uuid.UUID) (broadcasts.Results, error)
	// Rows hands the ledger over line by line.
	Rows(ctx context.Context, id uuid.UUID, take func(broadcasts.Row) error) error
	// Tests are the newest 20.
	Tests(ctx context.Context, id uuid.UUID) ([]broadcasts.Test, error)
}

// Broadcaster sends broadcasts: bot.Bot.
type Broadcaster interface {
	// PlanBroadcast says how one would reach its audience now; PlanDraft does so
	// for one that is not kept yet.
	PlanBroadcast(ctx context.Context, id uuid.UUID) (broadcasts.Plan, error)
	PlanDraft(ctx context.Context, d broadcasts.Draft) (broadcasts.Plan, error)
	// TestBroadcast sends one to the viewer: by flows.WaySMS to a number as it
	// was typed, by flows.WayMail to the account's address. A fault of the number is a
	// FieldError of "phone"; too many tests a day handoff.ErrConflict.
	TestBroadcast(ctx context.Context, v handoff.Viewer, id uuid.UUID, way flows.Way, language, phone string) (broadcasts.Test, error)
	// StirBroadcasts looks at once for what is to be sent: call it after
	// Schedule, Resume and Override.
	StirBroadcasts()
	// BroadcastsRest says whether it is quiet time now, and until when.
	BroadcastsRest() (until time.Time, quiet bool)
}
