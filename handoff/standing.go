package handoff

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// repliesShown is how many of the latest replies Stand reads.
const repliesShown = 20

// Stand is where the person at an address stands, for a page that shows one
// question and what was said to the last answer.
type Stand struct {
	Owner   flows.Owner
	Muted   bool
	Flow    string // the service the conversation is or was about
	Session []byte // JSON
	Heard   bool   // the person has said something in it
	Replies []StandReply
}

// StandReply is something that was said since the person was last heard.
type StandReply struct {
	Author string `json:"author"` // "bot" or "agent"
	Name   string `json:"name"`   // of the agent
	Text   string `json:"text"`
}

// standColumns and standFrom are what is read of a conversation c of an identity i;
// $1 is how many replies.
const (
	standColumns = `SELECT c.owner, i.muted, c.flow, c.checkpoint::text, h.seq IS NOT NULL,
			COALESCE((SELECT jsonb_agg(jsonb_build_object('author', m.author, 'name', COALESCE(a.name, ''), 'text', m.text) ORDER BY m.seq)
				FROM (SELECT * FROM messages m WHERE m.conversation_id = c.id AND m.seq > COALESCE(h.seq, 0) AND m.direction = 'out' AND m.status <> 'cancelled'
					ORDER BY m.seq DESC LIMIT $1) m LEFT JOIN agents a ON a.id = m.agent_id), '[]')::text`
	standFrom = `
		LEFT JOIN LATERAL (SELECT m.seq FROM messages m WHERE m.conversation_id = c.id AND m.direction = 'in' ORDER BY m.seq DESC LIMIT 1) h ON true`
)

// Stand reads the open conversation of an address, or else the latest. Somebody
// never heard of has the zero Stand. Unlike History it tells replies that wait
// to be sent: who asks has come back for them.
func (d *Desk) Stand(ctx context.Context, key Key) (Stand, error) {
	rows, err := d.pool.Query(ctx, standColumns+`
		FROM identities i
		JOIN LATERAL (SELECT * FROM (
			(SELECT * FROM conversations o WHERE o.identity_id = i.id AND o.closed_at IS NULL)
			UNION ALL (SELECT * FROM conversations o WHERE o.identity_id = i.id ORDER BY o.id DESC LIMIT 1)
		) o ORDER BY o.closed_at IS NOT NULL LIMIT 1) c ON true`+standFrom+`
		WHERE i.channel = $2 AND i.address = $3`, repliesShown, key.Channel, key.Address)
	if err != nil {
		return Stand{}, fmt.Errorf("read where a person stands: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanStand)
	if err != nil {
		return Stand{}, fmt.Errorf("read where a person stands: %w", err)
	}
	if len(found) == 0 {
		return Stand{}, nil
	}
	return found[0], nil
}

// standIn reads where the person stands in one conversation.
func (d *Desk) standIn(ctx context.Context, id uuid.UUID) (Stand, error) {
	rows, err := d.pool.Query(ctx, standColumns+` FROM conversations c JOIN identities i ON i.id = c.identity_id`+standFrom+` WHERE c.id = $2`, repliesShown, id)
	if err != nil {
		return Stand{}, fmt.Errorf("read where a conversation stands: %w", err)
	}
	stand, err := pgx.CollectExactlyOneRow(rows, scanStand)
	if err != nil {
		return Stand{}, fmt.Errorf("read where a conversation stands: %w", err)
	}
	return stand, nil
}

func scanStand(row pgx.CollectableRow) (Stand, error) {
	var s Stand
	var owner, session, replies string
	if err := row.Scan(&owner, &s.Muted, &s.Flow, &session, &s.Heard, &replies); err != nil {
		return s, err
	}
	s.Owner, s.Session = flows.Owner(owner), []byte(session)
	return s, json.Unmarshal([]byte(replies), &s.Replies)
}
