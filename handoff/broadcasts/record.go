package broadcasts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
	"nagorik/handoff/audit"
	"nagorik/handoff/maybe"
)

const columns = `SELECT b.id, b.title, b.topic, b.words::text, b.audience::text, b.per_minute::text, b.emergency, b.state, b.agent_id, a.name,
		b.created_at, b.changed_at, b.due_at, b.begun_at, b.ended_at FROM broadcasts b JOIN agents a ON a.id = b.agent_id `

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func read(ctx context.Context, q querier, where string, args ...any) (list []Broadcast, err error) {
	rows, err := q.Query(ctx, columns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	var b Broadcast
	var words, audience, pace string
	var due, begun, ended *time.Time
	_, err = pgx.ForEachRow(rows, []any{
		&b.ID, &b.Title, &b.Topic, &words, &audience, &pace, &b.Emergency, &b.State, &b.Author.ID, &b.Author.Name, &b.CreatedAt, &b.ChangedAt, &due, &begun, &ended,
	}, func() error {
		one := b
		one.Words, one.Audience, one.PerMinute = Words{}, Audience{}, nil
		one.DueAt, one.BegunAt, one.EndedAt = maybe.Zero(due), maybe.Zero(begun), maybe.Zero(ended)
		list = append(list, one)
		last := &list[len(list)-1]
		return errors.Join(json.Unmarshal([]byte(words), &last.Words), json.Unmarshal([]byte(audience), &last.Audience), json.Unmarshal([]byte(pace), &last.PerMinute))
	})
	if err != nil {
		return nil, fmt.Errorf("read broadcasts: %w", err)
	}
	return list, nil
}

func one(ctx context.Context, q querier, where string, args ...any) (Broadcast, error) {
	list, err := read(ctx, q, where, args...)
	if err == nil && len(list) == 0 {
		err = handoff.ErrNotFound
	}
	if err != nil {
		return Broadcast{}, err
	}
	return list[0], nil
}

// List is the newest first, at most 50: those written before an id, or from the
// newest on when it is nil.
func (s *Store) List(ctx context.Context, before uuid.UUID) ([]Broadcast, error) {
	return read(ctx, s.pool, `WHERE $1::uuid = '00000000-0000-0000-0000-000000000000' OR b.id < $1 ORDER BY b.id DESC LIMIT $2`, before, MaxListed)
}

// Broadcast is one of them; ErrNotFound when there is none.
func (s *Store) Broadcast(ctx context.Context, id uuid.UUID) (Broadcast, error) {
	return one(ctx, s.pool, `WHERE b.id = $1`, id)
}

// Create keeps a new draft. Its errors are FieldErrors.
func (s *Store) Create(ctx context.Context, v handoff.Viewer, d Draft) (uuid.UUID, error) {
	d, err := s.tidied(d)
	if err != nil {
		return uuid.Nil, err
	}
	id := handoff.NewID()
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO broadcasts (id, title, topic, words, audience, per_minute, emergency, state, agent_id, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9, $9)`, id, d.Title, d.Topic, d.Words, d.Audience, d.PerMinute, d.Emergency, v.AgentID, s.now())
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, v.AgentID, "broadcast.create", id, nil, noted{Title: d.Title})
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("write a broadcast: %w", err)
	}
	return id, nil
}

// Edit changes a draft. Its errors are FieldErrors, ErrNotFound, and
// ErrConflict for one that is no draft any more.
func (s *Store) Edit(ctx context.Context, v handoff.Viewer, id uuid.UUID, d Draft) error {
	d, err := s.tidied(d)
	if err != nil {
		return err
	}
	return s.deed(ctx, v, id, "edit", func(ctx context.Context, tx pgx.Tx, b Broadcast) (noted, error) {
		if b.State != StateDraft {
			return noted{}, handoff.ErrConflict
		}
		_, err := tx.Exec(ctx, `UPDATE broadcasts SET title = $2, topic = $3, words = $4, audience = $5, per_minute = $6, emergency = $7 WHERE id = $1`,
			id, d.Title, d.Topic, d.Words, d.Audience, d.PerMinute, d.Emergency)
		return noted{Title: d.Title}, err
	})
}

// Schedule sends a draft at a time; when that is zero or gone by, now. Its
// errors are FieldErrors, ErrNotFound, and ErrConflict for what is no draft.
func (s *Store) Schedule(ctx context.Context, v handoff.Viewer, id uuid.UUID, at time.Time) error {
	now := s.now()
	if at.Before(now) {
		at = now
	}
	if at.After(now.Add(MaxAhead)) {
		return fault("at", "is more than a year away")
	}
	return s.deed(ctx, v, id, "schedule", func(ctx context.Context, tx pgx.Tx, b Broadcast) (noted, error) {
		if b.State != StateDraft {
			return noted{}, handoff.ErrConflict
		}
		if err := s.sendable(b.Draft); err != nil {
			return noted{}, err
		}
		_, err := tx.Exec(ctx, `UPDATE broadcasts SET state = 'scheduled', due_at = $2 WHERE id = $1`, id, at)
		return noted{State: StateScheduled, Due: &at, Reason: b.Emergency}, err
	})
}

// TakeBack makes a scheduled one a draft again.
func (s *Store) TakeBack(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	return s.move(ctx, v, id, "take_back", StateDraft, `, due_at = NULL`, StateScheduled)
}

// Override lets one that is not over go out in quiet hours, for a written
// reason, which the audit log keeps.
func (s *Store) Override(ctx context.Context, v handoff.Viewer, id uuid.UUID, reason string) error {
	if reason = clean(reason); reason == "" || len(reason) > MaxReason {
		return fault("reason", "must say in 1 to %d bytes why it cannot wait", MaxReason)
	}
	return s.deed(ctx, v, id, "override", func(ctx context.Context, tx pgx.Tx, b Broadcast) (noted, error) {
		if b.State.Over() {
			return noted{}, handoff.ErrConflict
		}
		_, err := tx.Exec(ctx, `UPDATE broadcasts SET emergency = $2 WHERE id = $1`, id, reason)
		return noted{Reason: reason}, err
	})
}

// Resume goes on with one that was paused.
func (s *Store) Resume(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	return s.move(ctx, v, id, "resume", StateSending, ``, StatePaused)
}

// Pause stops one that is being sent. What nobody has begun to send waits, what
// the outbox holds included.
func (s *Store) Pause(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	if err := s.move(ctx, v, id, "pause", StatePaused, ``, StateSending); err != nil {
		return err
	}
	return s.Withdraw(ctx, id)
}

// Cancel ends one for good. Whoever was not told is skipped.
func (s *Store) Cancel(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	if err := s.move(ctx, v, id, "cancel", StateCancelled, `, ended_at = $2`, StateDraft, StateScheduled, StateSending, StatePaused); err != nil {
		return err
	}
	if err := s.Withdraw(ctx, id); err != nil {
		return err
	}
	return s.skipRest(ctx, id)
}

// move changes the state from one of those given.
func (s *Store) move(ctx context.Context, v handoff.Viewer, id uuid.UUID, what string, to State, set string, from ...State) error {
	return s.deed(ctx, v, id, what, func(ctx context.Context, tx pgx.Tx, b Broadcast) (noted, error) {
		for _, f := range from {
			if b.State == f {
				_, err := tx.Exec(ctx, `UPDATE broadcasts SET state = '`+string(to)+`', changed_at = $2`+set+` WHERE id = $1`, id, s.now())
				return noted{State: to}, err
			}
		}
		return noted{}, handoff.ErrConflict
	})
}

// deed changes a broadcast, which is locked, and notes it in the audit log.
func (s *Store) deed(ctx context.Context, v handoff.Viewer, id uuid.UUID, what string, do func(context.Context, pgx.Tx, Broadcast) (noted, error)) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		b, err := one(ctx, tx, `WHERE b.id = $1 FOR UPDATE OF b`, id)
		if err != nil {
			return err
		}
		after, err := do(ctx, tx, b)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE broadcasts SET changed_at = $2 WHERE id = $1`, id, s.now()); err != nil {
			return err
		}
		return s.audit(ctx, tx, v.AgentID, "broadcast."+what, id, b.before(after), after)
	})
	if err != nil {
		return fmt.Errorf("%s a broadcast: %w", what, err)
	}
	return nil
}

// before is what stood where after says something else.
func (b *Broadcast) before(after noted) (n noted) {
	if after.Title != "" {
		n.Title = b.Title
	}
	if after.State != "" {
		n.State = b.State
	}
	if after.Reason != "" {
		n.Reason = b.Emergency
	}
	return n
}

func (s *Store) inTx(ctx context.Context, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, do)
}

// noted is what the audit log says of a deed.
type noted struct {
	Title  string     `json:"title,omitempty"`
	State  State      `json:"state,omitempty"`
	Due    *time.Time `json:"due_at,omitempty"`
	Reason string     `json:"emergency,omitempty"`
	People int        `json:"people,omitempty"`
}

// audit adds a deed to the log, in the transaction that does it.
func (s *Store) audit(ctx context.Context, tx pgx.Tx, by uuid.UUID, what string, id uuid.UUID, before, after any) error {
	return audit.Add(ctx, tx, s.now(), by, what, id.String(), before, after)
}
