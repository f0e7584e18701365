package bot

import (
	"context"
	"slices"

	"nagorik/flows"
	"nagorik/handoff"
)

// movesMost bounds the people whom one round moves to a new version.
const movesMost = 200

// eventMove is made here: a supervisor has published a version in which the
// state is gone where somebody waits, and said where they go.
const eventMove EventKind = "move"

// relocation is where one person goes, and in which catalogue.
type relocation struct {
	handoff.PendingMove
	catalog *flows.Catalog
}

// Published makes a catalogue the one that new dialogues begin in, and moves
// those whom its publication moves.
func (b *Bot) Published(next *flows.Catalog) {
	b.catalogs.Publish(next)
	poke(b.pokes.moves)
}

// moveSessions moves people as was said when a version was published. Somebody
// who has gone on by themselves stays where they are.
func (b *Bot) moveSessions(ctx context.Context) error {
	for {
		moves, err := b.desk.PendingMoves(ctx, movesMost)
		if err != nil || len(moves) == 0 {
			return err
		}
		if err := b.moveThem(ctx, moves); err != nil {
			return err
		}
	}
}

// moveThem gives each person a turn of their own.
func (b *Bot) moveThem(ctx context.Context, moves []handoff.PendingMove) error {
	items := make([]*item, 0, len(moves))
	for _, m := range moves {
		catalog, err := b.catalogs.Version(ctx, m.Version)
		if err != nil {
			return err
		}
		if catalog.Version() != m.Version {
			continue // it cannot be read: they stay where they are
		}
		it := newItem(&Event{Kind: eventMove, Channel: m.Key.Channel, Address: m.Key.Address, At: b.now()}, b.now())
		it.move = &relocation{m, catalog}
		b.lane(m.Key.Channel, m.Key.Address).put(it)
		items = append(items, it)
	}
	if err := await(ctx, items); err != nil {
		return err
	}
	return b.desk.Moved(ctx, moves)
}

// prepareMove is false when the person does not wait there any more, or nobody
// can be put where they were to go.
func (l *lane) prepareMove(it *item) bool {
	w, m := &it.work, it.move
	w.plan = planMove
	if m.To != "" && !slices.Contains(m.catalog.Relocations(m.Flow), m.To) {
		return false
	}
	return w.was.Conversation == m.Conversation && !w.was.Closed && w.session.Flow == m.Flow && w.session.State == m.State && w.session.Catalog < m.Version
}

// stepMove puts the session where it goes.
func (l *lane) stepMove(it *item) ([]flows.Lookup, error) {
	out, err := it.move.catalog.Relocate(it.work.session, l.input(it, 0), it.move.To)
	if err != nil {
		return nil, err
	}
	if len(out.Lookups) > 0 {
		return out.Lookups, nil
	}
	return nil, l.recordStep(it, it.move.catalog, &out)
}
