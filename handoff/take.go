package handoff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/flows/bangla"
)

// maxReply is how long a reply of the staff may be, in characters.
const maxReply = 4000

// maxClientKey is how long an idempotency key may be, in bytes.
const maxClientKey = 200

// The lines of a conversation's log.
const (
	LogQueued   = "queued"
	LogTaken    = "taken"
	LogPassed   = "passed"
	LogReleased = "released"
	LogCalled   = "called" // the citizen came or telephoned, and one of the staff wrote
)

type conversationLogRow struct {
	ID             uuid.UUID  `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID  `gorm:"column:conversation_id"`
	At             time.Time  `gorm:"column:at"`
	What           string     `gorm:"column:what"`
	AgentID        *uuid.UUID `gorm:"column:agent_id"`
	ToAgent        *uuid.UUID `gorm:"column:to_agent"`
	Team           string     `gorm:"column:team"`
	Reason         string     `gorm:"column:reason"`
	QueuedAt       *time.Time `gorm:"column:queued_at"`
}

// TableName is the table of how conversations came to people.
func (conversationLogRow) TableName() string { return "conversation_log" }

// deskRow is a conversation as the desk's verbs change it.
type deskRow struct {
	ID          uuid.UUID  `gorm:"column:id;primaryKey"`
	IdentityID  uuid.UUID  `gorm:"column:identity_id"`
	Channel     string     `gorm:"column:channel"`
	Owner       string     `gorm:"column:owner"`
	AgentID     *uuid.UUID `gorm:"column:agent_id"`
	Team        string     `gorm:"column:team"`
	Reason      string     `gorm:"column:reason"`
	QueuedAt    *time.Time `gorm:"column:queued_at"`
	PromisedAt  *time.Time `gorm:"column:promised_at"`
	MissedAt    *time.Time `gorm:"column:missed_at"`
	AgentAt     *time.Time `gorm:"column:agent_at"`
	Flow        string     `gorm:"column:flow"`
	Language    string     `gorm:"column:language"`
	Ward        *int       `gorm:"column:ward"`
	LastInAt    time.Time  `gorm:"column:last_in_at"`
	ClosedAt    *time.Time `gorm:"column:closed_at"`
	Version     int64      `gorm:"column:version"`
	OutboxUntil *time.Time `gorm:"column:outbox_until"`
	DueAt       *time.Time `gorm:"column:due_at"`
	DueWith     string     `gorm:"column:due_with"`
	WakeAt      *time.Time `gorm:"column:wake_at"`

	waited *time.Time // since when it had waited when it came to somebody
}

// TableName is the table of conversations.
func (deskRow) TableName() string { return "conversations" }

// Held is where the other end of a conversation is, for whoever speaks there.
type Held struct {
	Conversation uuid.UUID
	Key          Key
	Version      int64
	Language     string
	Owner        flows.Owner
	Team         string
	Ward         int       // 0 when not known
	Muted        bool      // the person has sent STOP
	Heard        time.Time // when the person last wrote
}

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

// Addressed reads where a conversation that the viewer sees is, and in which
// language.
func (d *Desk) Addressed(ctx context.Context, v Viewer, id uuid.UUID) (Held, error) {
	db := d.db.WithContext(ctx)
	row, err := first[deskRow](v.conversations("conversations").apply(db).Where("conversations.id = ?", id), "conversation")
	if err != nil {
		return Held{}, err
	}
	return d.held(db, &row)
}

// Owned reads where a conversation that is the viewer's stands. One that is
// not his is ErrConflict.
func (d *Desk) Owned(ctx context.Context, v Viewer, id uuid.UUID) (Held, error) {
	db := d.db.WithContext(ctx)
	row, err := first[deskRow](v.conversations("conversations").apply(db).Where("conversations.id = ?", id), "conversation")
	if err != nil {
		return Held{}, err
	}
	if !row.of(v) || row.ClosedAt != nil {
		return Held{}, fmt.Errorf("it is not yours: %w", ErrConflict)
	}
	return d.held(db, &row)
}

// of reports whether the conversation is the viewer's.
func (c *deskRow) of(v Viewer) bool {
	return c.Owner == string(flows.OwnerAgent) && c.AgentID != nil && *c.AgentID == v.AgentID
}

// errUnchanged ends a verb that has nothing left to do.
var errUnchanged = errors.New("nothing to change")

func orUnchanged(err error) error {
	if err != nil {
		return err
	}
	return errUnchanged
}

// atDesk changes a conversation that the viewer sees under its lock, by the
// same rules as a turn: what anybody read before is out of date afterwards. An
// empty what is not audited: the message itself is the record.
func (d *Desk) atDesk(ctx context.Context, v Viewer, id uuid.UUID, what string, change func(*gorm.DB, *deskRow) error) (held Held, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		seen := v.conversations("conversations").apply(tx.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "conversations"}}))
		row, err := first[deskRow](seen.Where("conversations.id = ?", id), "conversation")
		if err != nil {
			return err
		}
		if held, err = d.held(tx, &row); err != nil {
			return err
		}
		if row.ClosedAt != nil {
			return fmt.Errorf("it is over: %w", ErrConflict)
		}
		before := holding{row.Owner, row.AgentID, row.Team}
		row.Version++
		if err := change(tx, &row); err != nil {
			return err
		}
		if err := d.moveDesk(tx, &row); err != nil {
			return err
		}
		held.Version, held.Owner, held.Team = row.Version, flows.Owner(row.Owner), row.Team
		if what == "" {
			return nil
		}
		return d.audit(tx, v.AgentID, what, id.String(), before, holding{row.Owner, row.AgentID, row.Team})
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Held{}, fmt.Errorf("conversation %s: %w", id, err)
	}
	return held, nil
}

// holding is who has a conversation, as the audit log shows it.
type holding struct {
	Owner string     `json:"owner"`
	Agent *uuid.UUID `json:"agent,omitempty"`
	Team  string     `json:"team,omitempty"`
}

func (d *Desk) held(tx *gorm.DB, c *deskRow) (Held, error) {
	row, err := first[identityRow](tx.Where("id = ?", c.IdentityID), "identity")
	if err != nil {
		return Held{}, err
	}
	return Held{
		Conversation: c.ID, Key: Key{Channel: row.Channel, Address: row.Address}, Version: c.Version, Language: c.Language,
		Owner: flows.Owner(c.Owner), Team: c.Team, Ward: orZero(c.Ward), Muted: row.Muted, Heard: c.LastInAt,
	}, nil
}

func (d *Desk) moveDesk(tx *gorm.DB, c *deskRow) error {
	return tx.Model(&deskRow{}).Where("id = ?", c.ID).Updates(map[string]any{
		"version": c.Version, "owner": c.Owner, "agent_id": c.AgentID, "team": c.Team, "reason": c.Reason, "queued_at": c.QueuedAt, "last_at": d.now(),
		"promised_at": c.PromisedAt, "missed_at": c.MissedAt, "agent_at": c.AgentAt,
		"due_at": c.DueAt, "due_with": c.DueWith, "wake_at": c.WakeAt, "outbox_until": c.OutboxUntil,
	}).Error
}

func (d *Desk) logDesk(tx *gorm.DB, v Viewer, c *deskRow, what string, to *uuid.UUID) error {
	return tx.Create(&conversationLogRow{
		ID: NewID(), ConversationID: c.ID, At: d.now(), What: what, AgentID: agentOrNull(v), ToAgent: to, Team: c.Team, Reason: c.Reason, QueuedAt: c.waited,
	}).Error
}

// queuedRow is a message to be sent.
type queuedRow struct {
	Message   messageRow `gorm:"embedded"`
	ClientKey *string    `gorm:"column:client_key"`
}

// TableName is the table of messages.
func (queuedRow) TableName() string { return "messages" }

// queueSaid queues messages behind what the conversation still has to send. by
// is who of the staff wrote them; nil is the bot.
func (d *Desk) queueSaid(tx *gorm.DB, c *deskRow, by *uuid.UUID, said []Reply) error {
	if len(said) == 0 {
		return nil
	}
	now := d.now()
	author := "bot"
	if by != nil {
		author = "agent"
	}
	rows := make([]queuedRow, len(said))
	for i, r := range said {
		rows[i] = queuedRow{ClientKey: orNull(r.ClientKey), Message: messageRow{
			ID: r.ID, ConversationID: c.ID, Seq: c.Version<<8 + int64(i+1), Direction: "out", Author: author, AgentID: by, Channel: c.Channel,
			Kind: string(r.Kind), Text: r.Text, Detail: rawJSON(r.Detail), Status: "queued", At: now,
		}}
	}
	if err := tx.Create(&rows).Error; err != nil {
		return err
	}
	if err := d.keepSent(tx, c, by, said); err != nil {
		return err
	}
	if c.OutboxUntil == nil {
		c.OutboxUntil = &now
	}
	return tx.Exec(`INSERT INTO counter_deltas (day, ward, flow, kind, channel, what, n) VALUES (?, ?, ?, '', ?, ?, ?)`,
		d.day(now), orZero(c.Ward), c.Flow, c.Channel, CountOut, len(rows)).Error
}
