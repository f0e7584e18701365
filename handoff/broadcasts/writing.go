package broadcasts

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/maybe"
	"nagorik/handoff/notices"
)

// writing gathers what is written down of a claim.
type writing struct {
	s        *Store
	b        *Broadcast
	set      Setting
	first    string
	parts    map[string][]string // texts as a channel takes them, by family and language
	says     []handoff.Unasked
	straight []Ready
	queued   int

	hops struct {
		recipient                                       []int64
		n, segments                                     []int64
		way, channel, address, language, status, reason []string
		identity, message                               []*uuid.UUID
	}
	people struct {
		id                      []int64
		channel, status, reason []string
	}
}

func (s *Store) newWriting(b *Broadcast, set Setting) *writing {
	return &writing{s: s, b: b, set: set, first: s.catalog().Languages()[0], parts: map[string][]string{}}
}

// take decides what happens to somebody who waited for a family's channel.
func (w *writing) take(c *candidate, f Family) {
	switch {
	case c.twice:
		w.person(c, "", StatusSkipped, ReasonTwice)
	case c.Way == "" && c.tried:
		w.person(c, "", StatusFailed, "")
		w.passed(c, len(Ways()))
	case c.Way == "":
		w.person(c, "", StatusSkipped, c.why)
		w.passed(c, len(Ways()))
	case familyOf(c.Way) != f:
		w.person(c, string(familyOf(c.Way)), StatusWaiting, "")
	default:
		w.tell(c, f)
	}
}

// passed notes why the ways before the n-th were not open to this person. What
// holds for everybody is not noted with each.
func (w *writing) passed(c *candidate, n int) {
	for i, why := range c.closed[:n] {
		switch why {
		case notices.ReasonNoAddress, notices.ReasonMuted, notices.ReasonWindow, ReasonLeft:
			w.hop(c, Ways()[i], "", StatusSkipped, why, uuid.Nil)
		}
	}
}

// tell hands somebody over by the way that is open.
func (w *writing) tell(c *candidate, f Family) {
	n := slices.Index(Ways(), c.Way)
	w.passed(c, n)
	text, lang := w.b.Words.In(f, c.Language, w.first)
	c.Language = lang
	w.person(c, string(f), StatusSending, "")
	if c.Straight() {
		w.hop(c, c.Way, c.Address, StatusSending, "", uuid.Nil)
		w.straight = append(w.straight, c.Ready)
		return
	}
	id := handoff.NewID()
	w.hop(c, c.Way, c.Address, StatusQueued, "", id)
	w.queued++
	if c.Way == flows.WayTemplate {
		name := w.s.catalog().BroadcastTemplate()
		w.says = append(w.says, handoff.Unasked{ID: id, Conversation: c.Conversation, Place: 1, Text: text, Detail: json.RawMessage(w.set.Template(name, lang, text))})
		return
	}
	for i, part := range w.fitted(f, lang, text) {
		if i > 0 {
			id = handoff.NewID()
		}
		w.says = append(w.says, handoff.Unasked{ID: id, Conversation: c.Conversation, Place: i + 1, Text: part})
	}
}

// fitted is a text as its channel takes it; every person of a language gets the
// same.
func (w *writing) fitted(f Family, lang, text string) []string {
	key := string(f) + " " + lang
	parts, done := w.parts[key]
	if !done {
		parts = []string{text}
		if w.set.Fit != nil {
			parts = w.set.Fit(f, text)
		}
		w.parts[key] = parts
	}
	return parts
}

func (w *writing) person(c *candidate, channel string, status Status, reason string) {
	p := &w.people
	p.id, p.channel = append(p.id, c.Recipient), append(p.channel, channel)
	p.status, p.reason = append(p.status, string(status)), append(p.reason, reason)
}

func (w *writing) hop(c *candidate, way flows.Way, address string, status Status, reason string, message uuid.UUID) {
	h, n := &w.hops, 0
	if way == flows.WaySMS && status != StatusSkipped {
		n = segments(w.b.Words, c.Language, w.first).Segments
	}
	h.recipient, h.n, h.segments = append(h.recipient, c.Recipient), append(h.n, int64(slices.Index(Ways(), way))), append(h.segments, int64(n))
	h.way, h.channel, h.address = append(h.way, string(way)), append(h.channel, string(familyOf(way))), append(h.address, address)
	h.language, h.status, h.reason = append(h.language, c.Language), append(h.status, string(status)), append(h.reason, reason)
	identity := maybe.Null(c.Identity)
	if status == StatusSkipped {
		identity = nil
	}
	h.identity, h.message = append(h.identity, identity), append(h.message, maybe.Null(message))
}

// put writes it all down. A way that was planned or passed over before is
// planned anew; one that was taken stays.
func (w *writing) put(ctx context.Context, tx pgx.Tx) error {
	now, h, p := w.s.now(), &w.hops, &w.people
	_, err := tx.Exec(ctx, `INSERT INTO broadcast_hops AS h (recipient_id, n, way, channel, address, language, segments, identity_id, message_id, status, reason, at)
		SELECT *, $12::timestamptz FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::uuid[], $9::uuid[], $10::text[], $11::text[])
		ON CONFLICT (recipient_id, n) DO UPDATE SET address = excluded.address, language = excluded.language, segments = excluded.segments, identity_id = excluded.identity_id,
			message_id = excluded.message_id, status = excluded.status, reason = excluded.reason, at = excluded.at WHERE h.status IN ('planned', 'skipped')`,
		h.recipient, h.n, h.way, h.channel, h.address, h.language, h.segments, h.identity, h.message, h.status, h.reason, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE broadcast_hops SET status = 'skipped', reason = $2, at = $3 WHERE recipient_id = ANY($1) AND status = 'planned'`, p.id, notices.ReasonOff, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE broadcast_recipients r SET channel = u.channel, status = u.status, reason = CASE WHEN u.status = 'failed' THEN r.reason ELSE u.reason END, at = $5,
			tries = CASE WHEN u.status = 'sending' AND r.channel = u.channel THEN r.tries + 1 ELSE 0 END
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS u(id, channel, status, reason) WHERE r.id = u.id`, p.id, p.channel, p.status, p.reason, now)
	if err != nil {
		return err
	}
	return handoff.QueueUnasked(ctx, tx, handoff.KindBroadcast, now, w.says)
}
