package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// retriedMost is how many dead turns ReviveAll tries at once.
const retriedMost = 100

// Revive takes a dead turn through its lane once more and reports whether it is
// on record now, or in the spool; otherwise it stays dead. An event that was on
// record already is not done twice. Its errors are ErrNotFound, ErrTaken when
// somebody else tries it, and ErrConflict when it cannot be read at all or was
// sealed under another key.
func (b *Bot) Revive(ctx context.Context, v handoff.Viewer, id uuid.UUID) (done bool, err error) {
	dead, err := b.desk.ClaimDeadTurn(ctx, v, id)
	if err != nil {
		return false, err
	}
	e, err := deadEvent(dead.Event)
	if err != nil {
		cause := fmt.Errorf("read a dead turn: %w", err)
		return false, errors.Join(fmt.Errorf("%w: %w", handoff.ErrConflict, cause), b.desk.DeadTurnAgain(ctx, id, cause))
	}
	it := newItem(e, b.now())
	it.mistrust, it.dead = true, id
	b.lane(e.Channel, e.Address).put(it)
	if err := await(ctx, []*item{it}); err != nil {
		return false, err
	}
	if it.buried {
		return false, nil
	}
	return true, b.desk.DeadTurnDone(ctx, id)
}

// deadEvent reads what a dead turn holds: an event, or one as it lay in the
// spool, where it could not be opened.
func deadEvent(text string) (*Event, error) {
	var s spooled
	if json.Unmarshal([]byte(text), &s) != nil || s.Event == nil {
		s.Event = &Event{}
		if err := json.Unmarshal([]byte(text), s.Event); err != nil {
			return nil, err
		}
	}
	if s.Event.Kind == "" || s.Event.Channel == "" {
		return nil, errors.New("it has no kind or no channel")
	}
	return s.Event, nil
}

// ReviveAll tries the newest dead turns, at most retriedMost, once more, in
// the order in which they came, and counts what is on record now and what is
// still dead.
func (b *Bot) ReviveAll(ctx context.Context, v handoff.Viewer) (done, dead int, err error) {
	list, err := b.desk.DeadTurns(ctx, handoff.PageOf{Limit: retriedMost})
	if err != nil {
		return 0, 0, err
	}
	for i := len(list.Items) - 1; i >= 0; i-- {
		ok, err := b.Revive(ctx, v, list.Items[i].ID)
		switch {
		case ok:
			done++
		case errors.Is(err, handoff.ErrNotFound), errors.Is(err, handoff.ErrTaken):
		case err == nil, errors.Is(err, handoff.ErrConflict):
			dead++
		default:
			return done, dead, err
		}
	}
	return done, dead, nil
}
