package handoff

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows"
	"nagorik/flows/bangla"
)

// maxReply is how long a reply of the staff may be, in characters.
const maxReply = 4000

// maxClientKey is how long an idempotency key may be, in bytes.
const maxClientKey = 200

// Take gives a conversation to the viewer: out of the queue, from the bot in
// the middle of its dialogue, or from a person in the provider's own inbox.
// What the bot has not yet asked is not asked any more; receipts still go. said
// is told to the citizen, such as who has joined. Taking one's own again changes
// nothing. Somebody else's is ErrTaken, one that is over ErrConflict.
func (d *Desk) Take(ctx context.Context, v Viewer, id uuid.UUID, said []Reply) (Held, error) {
	return d.atDesk(ctx, v, id, "conversation.take", func(tx *gorm.DB, c *deskRow) error {
		switch {
		case c.Owner == string(flows.OwnerAgent) && c.AgentID != nil && *c.AgentID == v.AgentID:
			return errUnchanged
		case c.Owner == string(flows.OwnerAgent) && c.AgentID != nil:
			return ErrTaken
		}
		if err := d.give(tx, c, v.AgentID); err != nil {
			return err
		}
		if err := d.logDesk(tx, v, c, LogTaken, nil); err != nil {
			return err
		}
		return d.queueSaid(tx, c, nil, said)
	})
}

// give makes an agent the owner. What the bot has not yet asked is not asked
// any more. What the citizen was promised still stands: nobody has answered.
func (d *Desk) give(tx *gorm.DB, c *deskRow, agent uuid.UUID) error {
	now := d.now()
	c.waited, c.QueuedAt = c.QueuedAt, nil
	c.Owner, c.AgentID, c.AgentAt = string(flows.OwnerAgent), &agent, &now
	c.DueAt, c.DueWith, c.WakeAt = nil, "", nil
	return tx.Exec(`UPDATE messages SET status = 'cancelled' WHERE conversation_id = ? AND status = 'queued' AND author = 'bot' AND kind = ?`,
		c.ID, string(flows.Prompt)).Error
}

// enqueue puts a conversation back into the queue.
func (d *Desk) enqueue(c *deskRow) {
	now := d.now()
	c.Owner, c.AgentID, c.AgentAt, c.QueuedAt = string(flows.OwnerQueue), nil, nil, &now
	c.DueAt, c.DueWith, c.WakeAt = nil, "", nil
}

// promise says until when somebody shall have answered; zero changes nothing.
func (c *deskRow) promise(by time.Time) {
	if !by.IsZero() {
		c.PromisedAt, c.MissedAt = &by, nil
	}
}

// answered says that a person has written: the promise is kept, however late.
func (d *Desk) answered(tx *gorm.DB, c *deskRow) error {
	now := d.now()
	c.PromisedAt, c.MissedAt, c.AgentAt = nil, nil, &now
	return tx.Exec(`UPDATE alarms SET cleared_at = ? WHERE kind = ? AND subject = ? AND cleared_at IS NULL`, now, AlarmPromise, c.ID.String()).Error
}

// Written is what a person of the staff writes to a citizen.
type Written struct {
	Text  string // may be empty beside a photo
	Key   string // the sender's own; the same key again is the same message
	Photo string // SHA-256 of a photo that is kept; empty: none
}

// Reply queues what the viewer writes in a conversation that is his; parts are
// the text cut to what its channel takes at once. One that is not his is
// ErrConflict. With a key that was used before nothing happens.
func (d *Desk) Reply(ctx context.Context, v Viewer, id uuid.UUID, w Written, fit func(Held, string) []Reply) (Held, error) {
	text := strings.TrimSpace(bangla.Clean(w.Text))
	switch {
	case text == "" && w.Photo == "":
		return Held{}, invalid("text", "must say something")
	case utf8.RuneCountInString(text) > maxReply:
		return Held{}, invalid("text", "must have at most %d characters", maxReply)
	case len(w.Key) > maxClientKey || !utf8.ValidString(w.Key) || strings.ContainsRune(w.Key, 0):
		return Held{}, invalid("Idempotency-Key", "must have at most %d characters", maxClientKey)
	}
	return d.atDesk(ctx, v, id, "", func(tx *gorm.DB, c *deskRow) error {
		if w.Key != "" {
			var n int64
			if err := tx.Model(&messageRow{}).Where("conversation_id = ? AND client_key = ?", c.ID, w.Key).Count(&n).Error; err != nil || n > 0 {
				return orUnchanged(err)
			}
		}
		if !c.of(v) {
			return fmt.Errorf("it is not yours: %w", ErrConflict)
		}
		if err := d.answered(tx, c); err != nil {
			return err
		}
		if err := dropDraft(tx, v, c.ID); err != nil {
			return err
		}
		held, err := d.held(tx, c)
		if err != nil {
			return err
		}
		return d.queueSaid(tx, c, &v.AgentID, keyed(fit(held, text), w.Key))
	})
}

// keyed gives the first part the key; it stands for all of them.
func keyed(parts []Reply, key string) []Reply {
	if len(parts) > 0 {
		parts[0].ClientKey = key
	}
	return parts
}

// Pass gives a conversation of the viewer's, or as a supervisor anybody's, to
// another agent, or back to the queue of a team. promised is until when
// somebody shall have answered; zero leaves what was promised before.
func (d *Desk) Pass(ctx context.Context, v Viewer, id uuid.UUID, to Assignment, promised time.Time, said []Reply) (Held, error) {
	team, err := word("team", strings.TrimSpace(to.Team))
	if err != nil {
		return Held{}, err
	}
	if team == "" && to.Agent == uuid.Nil {
		return Held{}, invalid("agent", "say which agent or which team")
	}
	return d.atDesk(ctx, v, id, "conversation.pass", func(tx *gorm.DB, c *deskRow) error {
		if !c.of(v) && v.Role == RoleAgent && c.Owner != string(flows.OwnerQueue) {
			return fmt.Errorf("it is not yours: %w", ErrConflict)
		}
		if team != "" {
			c.Team = team
		}
		var passed *uuid.UUID
		if to.Agent != uuid.Nil {
			agent, err := first[agentRow](tx.Where("id = ? AND disabled_at IS NULL", to.Agent), "agent")
			if err != nil {
				return invalid("agent", "there is no such agent")
			}
			passed = &agent.ID
			if err := d.give(tx, c, agent.ID); err != nil {
				return err
			}
		} else {
			d.enqueue(c)
		}
		c.promise(promised)
		if err := d.logDesk(tx, v, c, LogPassed, passed); err != nil {
			return err
		}
		return d.queueSaid(tx, c, nil, said)
	})
}
