package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// historyMost bounds one read of History.
const historyMost = 200

// Said is one line of what was said with an address, as that person may see it.
type Said struct {
	ID         uuid.UUID
	Cursor     string // where it stands; History goes on behind it
	ProviderID string
	Direction  string
	Author     string
	AgentName  string
	Kind       string
	Text       string
	Detail     json.RawMessage
	Photos     []SaidPhoto
	At         time.Time
}

// SaidPhoto is a photo of a line that is on disk.
type SaidPhoto struct {
	SHA256 string `json:"sha256"`
	Width  int    `json:"width"` // pixels; 0 when not known yet
	Height int    `json:"height"`
}

// saidColumns reads lines of history. What waits to be sent, or was cancelled,
// was not said, and what comes after a line that waits is not shown before it:
// a cursor that had passed it would never come to it.
const saidColumns = `SELECT m.id, c.id, m.seq, COALESCE(m.provider_id, ''), m.direction, m.author, COALESCE(a.name, ''), m.kind, m.text, COALESCE(m.detail, 'null')::text, m.at,
		COALESCE((SELECT jsonb_agg(jsonb_build_object('sha256', COALESCE(p.sha256, substr(p.source, 6)), 'width', COALESCE(p.width, 0), 'height', COALESCE(p.height, 0)) ORDER BY p.id)
			FROM photos p WHERE p.message_id = m.id AND (p.status = 'kept' OR p.source LIKE 'kept:%')), '[]')::text
	FROM identities i JOIN conversations c ON c.identity_id = i.id JOIN messages m ON m.conversation_id = c.id LEFT JOIN agents a ON a.id = m.agent_id
	WHERE i.channel = $1 AND i.address = $2 AND m.status NOT IN ('queued', 'cancelled')
		AND COALESCE((c.id, m.seq) < (SELECT o.id, q.seq FROM identities j JOIN conversations o ON o.identity_id = j.id JOIN messages q ON q.conversation_id = o.id
			WHERE j.channel = $1 AND j.address = $2 AND q.status = 'queued' ORDER BY o.id, q.seq LIMIT 1), true) `

// History reads what was said with an address, oldest first: the newest lines
// when after is empty, otherwise those behind that cursor. A cursor that is
// none begins afresh.
func (d *Desk) History(ctx context.Context, key Key, after string, limit int) ([]Said, error) {
	limit = min(max(limit, 1), historyMost)
	conversation, seq, ok := readCursor(after)
	query, args := saidColumns+`ORDER BY c.id DESC, m.seq DESC LIMIT $3`, []any{key.Channel, key.Address, limit}
	if ok {
		query = saidColumns + `AND (c.id, m.seq) > ($4, $5) ORDER BY c.id, m.seq LIMIT $3`
		args = append(args, conversation, seq)
	}
	rows, err := d.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	lines, err := pgx.CollectRows(rows, scanSaid)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	if !ok {
		slices.Reverse(lines)
	}
	return lines, nil
}

func scanSaid(row pgx.CollectableRow) (Said, error) {
	var s Said
	var conversation uuid.UUID
	var seq int64
	var detail, photos string
	if err := row.Scan(&s.ID, &conversation, &seq, &s.ProviderID, &s.Direction, &s.Author, &s.AgentName, &s.Kind, &s.Text, &detail, &s.At, &photos); err != nil {
		return s, err
	}
	s.Cursor = conversation.String() + "." + strconv.FormatInt(seq, 10)
	if detail != "null" {
		s.Detail = json.RawMessage(detail)
	}
	return s, json.Unmarshal([]byte(photos), &s.Photos)
}

func readCursor(s string) (conversation uuid.UUID, seq int64, ok bool) {
	left, right, found := strings.Cut(s, ".")
	if !found {
		return uuid.Nil, 0, false
	}
	conversation, err := uuid.Parse(left)
	if err != nil {
		return uuid.Nil, 0, false
	}
	seq, err = strconv.ParseInt(right, 10, 64)
	return conversation, seq, err == nil
}
