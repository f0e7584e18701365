package handoff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// AssignWaiting gives waiting conversations to people on duty who fit and have
// room: of the conversations the urgent ones first, then the oldest, at most
// limit; of the people whoever has fewest open, then whoever has had nothing
// new for longest. said is what the citizen is told, with the agent's name.
// Several processes may do it at once: nobody gets more than he stated, and no
// conversation two owners.
func (d *Desk) AssignWaiting(ctx context.Context, limit int, said func(h Held, name string) []Reply) ([]Held, error) {
	var staff []dutyRow
	err := d.db.WithContext(ctx).Select(dutyColumns).Where("on_duty AND disabled_at IS NULL AND seen_at > ?", d.now().Add(-seenWithin)).
		Limit(maxStaff).Find(&staff).Error
	if err != nil {
		return nil, fmt.Errorf("find who is on duty: %w", err)
	}
	staff = slices.DeleteFunc(staff, func(r dutyRow) bool { return r.Open >= r.Capacity })
	if len(staff) == 0 {
		return nil, nil
	}
	var waiting []deskRow
	err = inOrder(d.db.WithContext(ctx).Where("owner = 'queue' AND closed_at IS NULL")).Limit(maxQueue).Find(&waiting).Error
	if err != nil {
		return nil, fmt.Errorf("find who waits: %w", err)
	}
	var given []Held
	for i := range waiting {
		if len(given) == limit {
			break
		}
		held, ok, err := d.assignOne(ctx, &waiting[i], staff, said)
		if err != nil {
			return given, fmt.Errorf("assign conversation %s: %w", waiting[i].ID, err)
		}
		if ok {
			given = append(given, held)
		}
	}
	return given, nil
}

// inOrder sorts waiting conversations by whose turn it is.
func inOrder(db *gorm.DB) *gorm.DB { return db.Order("urgent DESC, queued_at, conversations.id") }

// assignOne gives one conversation to the first who fits and still has room.
func (d *Desk) assignOne(ctx context.Context, c *deskRow, staff []dutyRow, said func(Held, string) []Reply) (held Held, ok bool, err error) {
	for _, i := range inTurn(c, staff) {
		held, err = d.assignTo(ctx, c.ID, &staff[i], said)
		switch {
		case errors.Is(err, errNoRoom):
			staff[i].Open = staff[i].Capacity
		case errors.Is(err, ErrTaken):
			return Held{}, false, nil
		case err != nil:
			return Held{}, false, err
		default:
			now := d.now()
			staff[i].Open, staff[i].AssignedAt = staff[i].Open+1, &now
			return held, true, nil
		}
	}
	return Held{}, false, nil
}

// errNoRoom says that somebody went off duty or got another conversation.
var errNoRoom = errors.New("no room any more")

// inTurn are the places in staff of those who fit and have room, whoever is
// next first.
func inTurn(c *deskRow, staff []dutyRow) []int {
	var list []int
	for i := range staff {
		if staff[i].Open < staff[i].Capacity && staff[i].fits(c) {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		x, y := &staff[a], &staff[b]
		return cmp.Or(cmp.Compare(x.Open, y.Open), maybe.Zero(x.AssignedAt).Compare(maybe.Zero(y.AssignedAt)))
	})
	return list
}

// fits reports whether somebody answers such conversations: by team, ward and
// language. What is not known of a conversation fits everybody.
func (r *dutyRow) fits(c *deskRow) bool {
	ward := int32(maybe.Zero(c.Ward))
	return (len(r.Teams) == 0 || c.Team == "" || slices.Contains(r.Teams, c.Team)) &&
		(len(r.Wards) == 0 || ward == 0 || slices.Contains(r.Wards, ward)) &&
		(len(r.Languages) == 0 || c.Language == "" || slices.Contains(r.Languages, c.Language))
}

// assignTo gives a conversation to an agent under the locks of both, first the
// conversation's: it is ErrTaken when it waits no longer, or somebody is at it,
// and errNoRoom when the agent cannot have it.
func (d *Desk) assignTo(ctx context.Context, id uuid.UUID, agent *dutyRow, said func(Held, string) []Reply) (held Held, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var c deskRow
		found := tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Where("id = ? AND owner = 'queue' AND closed_at IS NULL", id).Limit(1).Find(&c)
		if found.Error != nil || found.RowsAffected == 0 {
			return cmp.Or(found.Error, ErrTaken)
		}
		if err := d.hasRoom(tx, &c, agent.ID); err != nil {
			return err
		}
		if err := d.give(tx, &c, agent.ID); err != nil {
			return err
		}
		if err := tx.Model(&dutyRow{}).Where("id = ?", agent.ID).Update("assigned_at", d.now()).Error; err != nil {
			return err
		}
		if err := d.logDesk(tx, Viewer{}, &c, LogPassed, &agent.ID); err != nil {
			return err
		}
		held, err = d.settleDesk(tx, &c, func(h Held) []Reply { return said(h, agent.Name) })
		return err
	})
	return held, err
}

// hasRoom locks an agent and looks again: what was read before the lock may be
// out of date.
func (d *Desk) hasRoom(tx *gorm.DB, c *deskRow, agent uuid.UUID) error {
	if err := tx.Exec(`SELECT 1 FROM agents WHERE id = ? FOR UPDATE`, agent).Error; err != nil {
		return err
	}
	row, err := first[dutyRow](tx.Select(dutyColumns).Where("id = ? AND disabled_at IS NULL", agent), "agent")
	switch {
	case errors.Is(err, ErrNotFound):
		return errNoRoom
	case err != nil:
		return err
	case !row.there(d.now()) || row.Open >= row.Capacity || !row.fits(c):
		return errNoRoom
	}
	return nil
}

// settleDesk writes a conversation that was changed without anybody's doing,
// and queues what the citizen is told. Whoever has sent STOP is told nothing.
func (d *Desk) settleDesk(tx *gorm.DB, c *deskRow, say func(Held) []Reply) (Held, error) {
	c.Version++
	held, err := d.held(tx, c)
	if err != nil {
		return Held{}, err
	}
	if !held.Muted {
		if err := d.queueSaid(tx, c, nil, say(held)); err != nil {
			return Held{}, err
		}
	}
	return held, d.moveDesk(tx, c)
}

// next locks the first of the conversations that a condition finds and nobody
// else is at, and changes it. It is false when there is none.
func (d *Desk) next(ctx context.Context, where func(*gorm.DB) *gorm.DB, change func(tx *gorm.DB, c *deskRow) (Held, error)) (held Held, found bool, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var c deskRow
		lock := clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "conversations"}, Options: "SKIP LOCKED"}
		row := where(tx.Clauses(lock).Select("conversations.*").Where("conversations.closed_at IS NULL")).Limit(1).Find(&c)
		if row.Error != nil || row.RowsAffected == 0 {
			return row.Error
		}
		found = true
		held, err = change(tx, &c)
		return err
	})
	return held, found && err == nil, err
}

// offDuty is how long a conversation stays with an agent who is not there.
const offDuty = 2 * time.Hour

// Requeue puts conversations back into the queue whose agent has been off duty
// for two hours, or not seen for as long, and has not written in them either;
// at most limit. promised is until when somebody else shall have answered.
func (d *Desk) Requeue(ctx context.Context, limit int, promised func(Held) time.Time, say func(Held) []Reply) ([]Held, error) {
	since := d.now().Add(-offDuty)
	var back []Held
	for range limit {
		held, found, err := d.next(ctx, func(db *gorm.DB) *gorm.DB {
			return db.Joins("JOIN agents a ON a.id = conversations.agent_id").Where(`conversations.owner = 'agent' AND (a.disabled_at IS NOT NULL
				OR GREATEST(CASE WHEN a.on_duty THEN a.seen_at ELSE a.duty_at END, COALESCE(conversations.agent_at, conversations.last_at)) <= ?)`, since).
				Order("conversations.id")
		}, func(tx *gorm.DB, c *deskRow) (Held, error) {
			d.enqueue(c)
			c.Reason = string(flows.ReasonOffDuty)
			if err := d.logDesk(tx, Viewer{}, c, LogQueued, nil); err != nil {
				return Held{}, err
			}
			held, err := d.held(tx, c)
			if err != nil {
				return Held{}, err
			}
			c.promise(promised(held))
			return d.settleDesk(tx, c, say)
		})
		if err != nil {
			return back, fmt.Errorf("put conversations back into the queue: %w", err)
		}
		if !found {
			return back, nil
		}
		back = append(back, held)
	}
	return back, nil
}

// MissedPromises finds conversations whose promised answer has not come, at
// most limit, tells the citizen once and raises an alarm for supervisors. The
// alarm ends when somebody answers.
func (d *Desk) MissedPromises(ctx context.Context, limit int, say func(Held) []Reply) ([]Held, error) {
	var missed []Held
	for range limit {
		now := d.now()
		held, found, err := d.next(ctx, func(db *gorm.DB) *gorm.DB {
			return db.Where("owner <> 'bot' AND missed_at IS NULL AND promised_at <= ?", now).Order("promised_at")
		}, func(tx *gorm.DB, c *deskRow) (Held, error) {
			c.MissedAt = &now
			err := tx.Exec(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				NewID(), AlarmPromise, c.ID.String(), c.ID, now).Error
			if err != nil {
				return Held{}, err
			}
			return d.settleDesk(tx, c, say)
		})
		if err != nil {
			return missed, fmt.Errorf("look for missed promises: %w", err)
		}
		if !found {
			return missed, nil
		}
		missed = append(missed, held)
	}
	return missed, nil
}
