package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// maxSessionMoves bounds the places of one publication whose people are moved.
const maxSessionMoves = 200

// SessionMove says where people go who wait at a state that a new version has
// no more.
type SessionMove struct {
	Flow  string
	State string
	To    string // a state of the same flow; empty: the menu
}

// PendingMove is one of these people.
type PendingMove struct {
	Conversation uuid.UUID
	Key          Key
	Version      int64 // where they go
	SessionMove
}

// movedPeople is the audit log's word for a move.
type movedPeople struct {
	SessionMove
	People int64
}

// String is such as "waste.ask_photo → ask_ward: 3".
func (m movedPeople) String() string {
	to := m.To
	if to == "" {
		to = "–"
	}
	return fmt.Sprintf("%s.%s → %s: %d", m.Flow, m.State, to, m.People)
}

// planMoves notes who is to be moved to a version, and says how many.
func planMoves(tx *gorm.DB, version int64, moves []SessionMove) ([]string, error) {
	if len(moves) > maxSessionMoves {
		return nil, invalid("moves", "must be at most %d", maxSessionMoves)
	}
	said := make([]string, 0, len(moves))
	for _, m := range moves {
		done := tx.Exec(`INSERT INTO session_moves (conversation_id, version, flow, state, to_state)
			SELECT id, @version, @flow, @state, @to FROM conversations
			WHERE closed_at IS NULL AND checkpoint->>'flow' = @flow AND COALESCE(checkpoint->>'state', '') = @state ORDER BY id
			ON CONFLICT (conversation_id) DO UPDATE SET version = excluded.version, flow = excluded.flow, state = excluded.state, to_state = excluded.to_state`,
			map[string]any{"version": version, "flow": m.Flow, "state": m.State, "to": m.To})
		if done.Error != nil {
			return nil, done.Error
		}
		said = append(said, movedPeople{m, done.RowsAffected}.String())
	}
	return said, nil
}

// PendingMoves lists people who are to be moved, at most so many.
func (d *Desk) PendingMoves(ctx context.Context, most int) ([]PendingMove, error) {
	var rows []struct {
		ConversationID                         uuid.UUID
		Channel, Address, Flow, State, ToState string
		Version                                int64
	}
	err := d.db.WithContext(ctx).Raw(`SELECT m.conversation_id, c.channel, i.address, m.version, m.flow, m.state, m.to_state
		FROM session_moves m JOIN conversations c ON c.id = m.conversation_id JOIN identities i ON i.id = c.identity_id ORDER BY m.conversation_id LIMIT ?`, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list people to be moved: %w", err)
	}
	list := make([]PendingMove, len(rows))
	for i, r := range rows {
		list[i] = PendingMove{r.ConversationID, Key{r.Channel, r.Address}, r.Version, SessionMove{r.Flow, r.State, r.ToState}}
	}
	return list, nil
}

// Moved forgets that somebody was to be moved to a version: it is done, or they
// had gone on by themselves.
func (d *Desk) Moved(ctx context.Context, moves []PendingMove) error {
	id, version := make(ids, len(moves)), make([]int64, len(moves))
	for i, m := range moves {
		id[i], version[i] = m.Conversation, m.Version
	}
	_, err := d.pool.Exec(ctx, `DELETE FROM session_moves s USING unnest($1::uuid[], $2::bigint[]) AS m(id, version) WHERE s.conversation_id = m.id AND s.version = m.version`, id, version)
	if err != nil {
		return fmt.Errorf("forget who was moved: %w", err)
	}
	return nil
}
