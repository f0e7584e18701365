package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// retryWithin is how long a dead turn that is tried again is nobody else's.
const retryWithin = time.Minute

// DeadTurn is an event that could not be recorded as a turn.
type DeadTurn struct {
	ID      uuid.UUID
	At      time.Time // when it failed for the first time
	Channel string    // empty when even that could not be read
	Tries   int       // how often it failed
	Fault   string    // why it failed the last time
	Address string    // only once it is opened
	Event   string    // the event as it was decoded, in JSON; only once it is opened or claimed
}

type deadTurnRow struct {
	ID         uuid.UUID  `gorm:"column:id;primaryKey"`
	At         time.Time  `gorm:"column:at"`
	Channel    string     `gorm:"column:channel"`
	Address    string     `gorm:"column:address"`
	Event      string     `gorm:"column:event"`
	Error      string     `gorm:"column:error"`
	Tries      int        `gorm:"column:tries"`
	TriedUntil *time.Time `gorm:"column:tried_until"`
}

// TableName is the table of turns that could not be recorded.
func (deadTurnRow) TableName() string { return "dead_turns" }

// troubled is the audit log's word for a dead turn: nothing of the citizen.
type troubled struct {
	Channel string `json:"channel"`
	Tries   int    `json:"tries"`
}

// DeadTurns lists the turns that could not be recorded, the newest first,
// without what the citizen wrote.
func (d *Desk) DeadTurns(ctx context.Context, p PageOf) (Page[DeadTurn], error) {
	var none Page[DeadTurn]
	limit, err := p.limit()
	if err != nil {
		return none, err
	}
	db, err := p.afterID(d.db.WithContext(ctx), "id")
	if err != nil {
		return none, err
	}
	var rows []deadTurnRow
	if err := db.Omit("event", "address").Order("id DESC").Limit(limit + 1).Find(&rows).Error; err != nil {
		return none, fmt.Errorf("list dead turns: %w", err)
	}
	rows, next := cut(rows, limit, func(r deadTurnRow) string { return r.ID.String() })
	items := make([]DeadTurn, len(rows))
	for i, r := range rows {
		items[i] = d.deadTurnOf(r)
	}
	return Page[DeadTurn]{Items: items, Next: next}, nil
}

func (d *Desk) deadTurnOf(r deadTurnRow) DeadTurn {
	return DeadTurn{ID: r.ID, At: d.local(r.At), Channel: r.Channel, Tries: r.Tries, Fault: r.Error, Address: r.Address, Event: r.Event}
}

// DeadTurn keeps an event that could not be recorded as a turn, sealed: it is
// as it came, with whatever numbers the citizen typed.
func (d *Desk) DeadTurn(ctx context.Context, key Key, event []byte, cause error) error {
	kept, err := d.sealEvent(keepable(string(event)))
	if err == nil {
		_, err = d.pool.Exec(ctx, `INSERT INTO dead_turns (id, at, channel, address, event, error) VALUES ($1, $2, $3, $4, $5, $6)`,
			NewID(), d.now(), keepable(key.Channel), keepable(key.Address), kept, faultOf(cause))
	}
	if err != nil {
		return fmt.Errorf("keep a dead turn: %w", err)
	}
	return nil
}

// faultOf is a cause as it is kept: it may quote what the citizen typed.
func faultOf(cause error) string { return bangla.Mask(keepable(cause.Error())) }

// OpenDeadTurn reads all of a dead turn, which the audit log keeps. Identity
// numbers in it are masked, as they would be on record. Its error is
// ErrSealedEvent when it cannot be read.
func (d *Desk) OpenDeadTurn(ctx context.Context, v Viewer, id uuid.UUID) (DeadTurn, error) {
	row, err := d.onDeadTurn(ctx, v, id, "trouble.open", func(_ *gorm.DB, row *deadTurnRow) error { return d.unseal(row) })
	row.Event = maskEvent(row.Event)
	return d.deadTurnOf(row), err
}

// unseal opens what a dead turn holds.
func (d *Desk) unseal(row *deadTurnRow) (err error) {
	row.Event, err = d.events.open(nil, row.Event)
	return err
}

// DiscardDeadTurn forgets a dead turn.
func (d *Desk) DiscardDeadTurn(ctx context.Context, v Viewer, id uuid.UUID) error {
	_, err := d.onDeadTurn(ctx, v, id, "trouble.discard", func(tx *gorm.DB, row *deadTurnRow) error {
		if err := d.untried(row); err != nil {
			return err
		}
		return tx.Delete(row).Error
	})
	return err
}

// ClaimDeadTurn gives a dead turn to whoever tries it again; until he is done,
// for at most a minute, it is nobody else's: ErrTaken. One that cannot be read
// is ErrSealedEvent, and is not claimed.
func (d *Desk) ClaimDeadTurn(ctx context.Context, v Viewer, id uuid.UUID) (DeadTurn, error) {
	row, err := d.onDeadTurn(ctx, v, id, "trouble.retry", func(tx *gorm.DB, row *deadTurnRow) error {
		if err := d.untried(row); err != nil {
			return err
		}
		if err := tx.Model(row).Update("tried_until", d.now().Add(retryWithin)).Error; err != nil {
			return err
		}
		return d.unseal(row)
	})
	return d.deadTurnOf(row), err
}

func (d *Desk) untried(row *deadTurnRow) error {
	if row.TriedUntil != nil && row.TriedUntil.After(d.now()) {
		return fmt.Errorf("it is being tried again: %w", ErrTaken)
	}
	return nil
}

// onDeadTurn does something to a dead turn under its lock and puts that on
// record.
func (d *Desk) onDeadTurn(ctx context.Context, v Viewer, id uuid.UUID, what string, do func(*gorm.DB, *deadTurnRow) error) (row deadTurnRow, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if row, err = first[deadTurnRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", id), "dead turn"); err != nil {
			return err
		}
		if err := do(tx, &row); err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, what, id.String(), nil, troubled{row.Channel, row.Tries})
	})
	if err != nil {
		return deadTurnRow{}, fmt.Errorf("%s: %w", what, err)
	}
	return row, nil
}

// DeadTurnDone forgets a dead turn that is on record now.
func (d *Desk) DeadTurnDone(ctx context.Context, id uuid.UUID) error {
	if err := d.db.WithContext(ctx).Where("id = ?", id).Delete(&deadTurnRow{}).Error; err != nil {
		return fmt.Errorf("forget a dead turn: %w", err)
	}
	return nil
}

// DeadTurnAgain keeps a dead turn that failed once more.
func (d *Desk) DeadTurnAgain(ctx context.Context, id uuid.UUID, cause error) error {
	change := map[string]any{"error": faultOf(cause), "tries": gorm.Expr("tries + 1"), "tried_until": nil}
	if err := d.db.WithContext(ctx).Model(&deadTurnRow{}).Where("id = ?", id).Updates(change).Error; err != nil {
		return fmt.Errorf("keep a dead turn: %w", err)
	}
	return nil
}
