package broadcasts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
)

// Letter is what a link in a broadcast's mail was written for.
type Letter struct {
	Contact uuid.UUID
	Topic   string
	Left    bool // mail about it is not wanted already
}

// LetterTo reads what a mail to a recipient was about. ErrNotFound when there is
// none, or its person was erased.
func (s *Store) LetterTo(ctx context.Context, recipient int64) (l Letter, err error) {
	err = s.pool.QueryRow(ctx, `SELECT r.contact_id, b.topic, COALESCE((SELECT NOT u.wanted FROM subscriptions u
			WHERE u.contact_id = r.contact_id AND u.topic = b.topic AND u.channel IN ('', 'mail') ORDER BY u.at DESC, u.id DESC LIMIT 1), false)
		FROM broadcast_recipients r JOIN broadcasts b ON b.id = r.broadcast_id JOIN contacts c ON c.id = r.contact_id
		WHERE r.id = $1 AND c.erased_at IS NULL`, recipient).Scan(&l.Contact, &l.Topic, &l.Left)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, handoff.ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("read a recipient: %w", err)
	}
	return l, nil
}

// SubscribeByMail notes by a link in a mail whether mail about its topic is
// wanted. What stands so already is not noted again.
func (s *Store) SubscribeByMail(ctx context.Context, recipient int64, wanted bool) (Letter, error) {
	l, err := s.LetterTo(ctx, recipient)
	if err != nil || l.Left == !wanted {
		return l, err
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO subscriptions (id, contact_id, topic, channel, wanted, at) VALUES ($1, $2, $3, 'mail', $4, $5)`,
		handoff.NewID(), l.Contact, l.Topic, wanted, s.now())
	if err != nil {
		return l, fmt.Errorf("note what mail is wanted: %w", err)
	}
	l.Left = !wanted
	return l, nil
}
