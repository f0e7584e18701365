package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// KindBroadcast is the kind of a message that tells somebody news of an office.
// One whose outcome is unknown is never sent again.
const KindBroadcast flows.MessageKind = "broadcast"

// Unasked is a message for one conversation. Its id is given, so that what
// becomes of it can be followed; Detail is null for none.
type Unasked struct {
	ID           uuid.UUID
	Conversation uuid.UUID
	Place        int // among the messages for this conversation, from 1 on
	Text         string
	Detail       json.RawMessage
}

// QueueUnasked queues messages in conversations, whoever owns them, in the
// transaction of whoever calls. The conversations are locked in the order of
// their ids, as turns lock them, and their versions move on.
func QueueUnasked(ctx context.Context, tx pgx.Tx, kind flows.MessageKind, now time.Time, list []Unasked) error {
	if len(list) == 0 {
		return nil
	}
	id, talk, place := make(ids, len(list)), make(ids, len(list)), make([]int64, len(list))
	text, detail := make([]string, len(list)), make([]*string, len(list))
	for i, u := range list {
		id[i], talk[i], place[i], text[i], detail[i] = u.ID, u.Conversation, int64(u.Place), keepable(u.Text), maybe.Null(string(u.Detail))
	}
	q := &pgx.Batch{}
	q.Queue(`SELECT 1 FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE`, talk)
	q.Queue(`UPDATE conversations SET version = version + 1, outbox_until = COALESCE(outbox_until, $2) WHERE id = ANY($1)`, talk, now)
	q.Queue(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, detail, status, at)
		SELECT u.id, c.id, c.version * 256 + u.place, 'out', 'bot', c.channel, $6, u.text, u.detail::jsonb, 'queued', $7
		FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[]) AS u(id, talk, place, text, detail) JOIN conversations c ON c.id = u.talk`,
		id, talk, place, text, detail, string(kind), now)
	if err := tx.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("queue messages: %w", err)
	}
	return nil
}
