package handoff

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// The rows of a batch, one function a table. Each sends its columns as arrays,
// so that a statement's text and plan are the same whatever the batch's size.

func queueIncoming(q *pgx.Batch, b *batch, note func(pgx.Rows) error) {
	n := len(b.live)
	id, conv := make(ids, 0, n), make(ids, 0, n)
	seq, at := make([]int64, 0, n), make([]time.Time, 0, n)
	direction, author, status := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	channel, kind, text := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	provider, twin, detail := make([]*string, 0, n), make([]*string, 0, n), make([]*string, 0, n)
	since := make([]*time.Time, 0, n)
	for _, t := range b.each() {
		if t.In == nil {
			continue
		}
		m := t.In
		id, conv = append(id, m.ID), append(conv, t.Now.Conversation)
		seq, at = append(seq, t.seq(0)), append(at, m.At)
		if m.Author == "contact" {
			direction, status = append(direction, "in"), append(status, "delivered")
		} else {
			direction, status = append(direction, "out"), append(status, "sent")
		}
		author, channel = append(author, m.Author), append(channel, t.Key.Channel)
		kind, text = append(kind, m.Kind), append(text, m.Text)
		provider, detail = append(provider, maybe.Null(m.ProviderID)), append(detail, maybe.Null(string(m.Detail)))
		twin, since = append(twin, maybe.Null(m.Twin)), append(since, timeOrNull(m.TwinSince))
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, provider_id, kind, text, detail, status, at)
		SELECT id, conversation_id, seq, direction, author, channel, provider_id, kind, text, detail::jsonb, status, at
		FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::timestamptz[])
			AS m(id, conversation_id, seq, direction, author, channel, provider_id, kind, text, detail, status, at, twin, since)
		WHERE m.twin IS NULL OR NOT EXISTS (SELECT 1 FROM messages o WHERE o.channel = m.channel AND o.provider_id = m.twin AND o.at >= m.since)
		ON CONFLICT DO NOTHING RETURNING id`,
		id, conv, seq, direction, author, channel, provider, kind, text, detail, status, at, twin, since).Query(note)
}

func queueIdentities(q *pgx.Batch, b *batch, note func(pgx.Rows) error) {
	var id, contact ids
	var channel, address, name []string
	var profile []*time.Time
	for _, t := range b.each() {
		if !t.Newcomer {
			continue
		}
		id, contact = append(id, t.Now.Identity), append(contact, t.Now.Contact)
		channel, address, name = append(channel, t.Key.Channel), append(address, t.Key.Address), append(name, t.Name)
		var due *time.Time
		if t.Profile {
			due = &b.now
		}
		profile = append(profile, due)
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`INSERT INTO identities (id, contact_id, channel, address, name, profile_due, created_at)
		SELECT id, contact_id, channel, address, name, profile_due, $7
		FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS i(id, contact_id, channel, address, name, profile_due)
		ON CONFLICT DO NOTHING RETURNING id`, id, contact, channel, address, name, profile, b.now).Query(note)
}

// opensKnown reports a new conversation of somebody who is known.
func (t *Turn) opensKnown() bool { return t.Opens && !t.Newcomer }

// queueHolders reads whose the addresses are that open a conversation, and
// holds them: no lock on a conversation tells that its contact has become one
// with another.
func queueHolders(q *pgx.Batch, b *batch, contacts map[uuid.UUID]uuid.UUID) {
	var id ids
	for _, t := range b.each() {
		if t.opensKnown() {
			id = append(id, t.Now.Identity)
		}
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`SELECT id, contact_id FROM identities WHERE id = ANY($1) ORDER BY id FOR SHARE`, id).Query(func(rows pgx.Rows) error {
		var identity, contact uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&identity, &contact}, func() error { contacts[identity] = contact; return nil })
		return err
	})
}

// queueOpened inserts new conversations with all but what queueMoved sets. At an
// address that was erased in the meantime none begins; the lock waits for an
// erasure under way.
func queueOpened(q *pgx.Batch, b *batch, note func(pgx.Rows) error) {
	var id, identity, contact ids
	var channel []string
	for _, t := range b.each() {
		if t.Opens {
			id, identity, contact = append(id, t.Now.Conversation), append(identity, t.Now.Identity), append(contact, t.Now.Contact)
			channel = append(channel, t.Key.Channel)
		}
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at)
		SELECT c.id, c.identity_id, c.contact_id, c.channel, 0, 'bot', '{}', $5, $5, $5
		FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS c(id, identity_id, contact_id, channel)
		JOIN identities i ON i.id = c.identity_id WHERE i.id = ANY($2) AND i.erased_at IS NULL FOR KEY SHARE OF i
		ON CONFLICT DO NOTHING RETURNING id`, id, identity, contact, channel, b.now).Query(note)
}

func queueContacts(q *pgx.Batch, b *batch) {
	var id ids
	var name, folded []string
	for _, t := range b.each() {
		if t.Newcomer {
			id = append(id, t.Now.Contact)
			name, folded = append(name, t.Name), append(folded, FoldName(t.Name))
		}
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`INSERT INTO contacts (id, name, name_folded, created_at, updated_at)
		SELECT id, name, folded, $4, $4 FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c(id, name, folded)`, id, name, folded, b.now)
}

func queueReplies(q *pgx.Batch, b *batch) {
	n := len(b.live)
	id, conv, seq := make(ids, 0, n), make(ids, 0, n), make([]int64, 0, n)
	channel, kind, text, status := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
	detail, after, place := make([]*string, 0, n), make([]*time.Time, 0, n), make([]*string, 0, n)
	for i, t := range b.each() {
		begins := b.leased[i]
		for k, r := range t.Out {
			id, conv, seq = append(id, r.ID), append(conv, t.Now.Conversation), append(seq, t.seq(k+1))
			channel, kind = append(channel, t.Key.Channel), append(kind, string(r.Kind))
			text, detail = append(text, r.Text), append(detail, maybe.Null(string(r.Detail)))
			state := "queued"
			if begins && r.SendAfter.IsZero() {
				state, begins = "sending", false
			}
			status, after = append(status, state), append(after, timeOrNull(r.SendAfter))
			place = append(place, t.place(k))
		}
	}
	if len(id) == 0 {
		return
	}
	q.Queue(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, detail, status, at, send_after, attempts, attempted_at, place)
		SELECT id, conversation_id, seq, 'out', 'bot', channel, kind, text, detail::jsonb, status, $9::timestamptz, send_after,
			CASE status WHEN 'sending' THEN 1 ELSE 0 END, CASE status WHEN 'sending' THEN $9::timestamptz END, place
		FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $10::timestamptz[], $11::text[])
			AS m(id, conversation_id, seq, channel, kind, text, detail, status, send_after, place)`,
		id, conv, seq, channel, kind, text, detail, status, b.now, after, place)
}

// place is where in a dialogue the turn's k-th reply was given; only the first
// one says it.
func (t *Turn) place(k int) *string {
	if k > 0 || t.Flow == "" || t.State == "" {
		return nil
	}
	place := t.Flow + "." + t.State
	return &place
}

// moved holds the columns of the conversations' update.
type moved struct {
	id                                              ids
	version, ward                                   []int64
	owner, flow, state, lang, team, reason, dueWith []string
	via                                             []string
	checkpoint                                      []string
	lastIn                                          []time.Time
	due, outbox, closed                             []*time.Time
	urgent, answered                                []bool
	promised                                        []*time.Time
}

func (m *moved) add(b *batch, i int, t *Turn) {
	m.id, m.version = append(m.id, t.Now.Conversation), append(m.version, t.Now.Version)
	m.owner, m.flow, m.state = append(m.owner, string(t.Now.Owner)), append(m.flow, t.Flow), append(m.state, t.State)
	m.lang, m.team, m.reason = append(m.lang, t.Language), append(m.team, t.Team), append(m.reason, t.Reason)
	m.urgent, m.ward = append(m.urgent, t.Urgent), append(m.ward, int64(t.Ward))
	m.checkpoint, m.lastIn = append(m.checkpoint, string(t.Checkpoint)), append(m.lastIn, t.Now.Heard)
	m.due, m.dueWith = append(m.due, timeOrNull(t.Now.Due)), append(m.dueWith, t.Now.DueWith)
	m.outbox = append(m.outbox, b.outboxUntil(i, t))
	m.via = append(m.via, t.Now.Via)
	m.promised, m.answered = append(m.promised, timeOrNull(t.Promised)), append(m.answered, t.Answered)
	var closed *time.Time
	if t.Now.Closed {
		closed = &b.now
	}
	m.closed = append(m.closed, closed)
}

// outboxUntil is when somebody should look after the conversation's replies:
// the end of our own lease, when the first reply is due, or null to leave it.
func (b *batch) outboxUntil(i int, t *Turn) *time.Time {
	if b.leased[i] {
		until := b.now.Add(LeaseFor)
		return &until
	}
	var first *time.Time
	for k := range t.Out {
		due := b.now
		if after := t.Out[k].SendAfter; !after.IsZero() {
			due = after
		}
		if first == nil || due.Before(*first) {
			first = &due
		}
	}
	return first
}

// queueMoved moves the conversations on. wake_at only ever moves to an earlier
// time here: it is indexed, and a turn that leaves it alone is a cheap update.
// A conversation that is over keeps the place where it ended.
func queueMoved(q *pgx.Batch, b *batch) {
	m := &moved{}
	for i, t := range b.each() {
		m.add(b, i, t)
	}
	if len(m.id) == 0 {
		return
	}
	idle := make([]bool, 0, len(m.id))
	for _, id := range m.id {
		idle = append(idle, b.idle[id])
	}
	q.Queue(`UPDATE conversations c SET version = n.version, owner = n.owner, state = CASE WHEN c.closed_at IS NULL THEN n.state ELSE c.state END, language = n.language,
			flow = CASE n.flow WHEN '' THEN c.flow ELSE n.flow END,
			team = CASE n.reason WHEN '' THEN c.team ELSE n.team END,
			reason = CASE n.reason WHEN '' THEN c.reason ELSE n.reason END,
			urgent = CASE WHEN n.owner = 'bot' AND c.owner <> 'bot' THEN n.urgent ELSE c.urgent OR n.urgent END, ward = CASE n.ward WHEN 0 THEN c.ward ELSE n.ward END,
			queued_at = CASE WHEN n.owner <> 'queue' THEN NULL WHEN c.owner = 'queue' THEN c.queued_at ELSE $18 END,
			agent_id = CASE n.owner WHEN 'agent' THEN c.agent_id END,
			agent_at = CASE WHEN n.owner <> 'agent' THEN NULL WHEN n.answered THEN $18 ELSE c.agent_at END,
			promised_at = CASE WHEN n.owner = 'bot' OR n.answered OR n.closed IS NOT NULL THEN NULL ELSE COALESCE(n.promised, c.promised_at) END,
			missed_at = CASE WHEN n.owner = 'bot' OR n.answered OR n.closed IS NOT NULL OR n.promised IS NOT NULL THEN NULL ELSE c.missed_at END,
			checkpoint = n.checkpoint::jsonb, last_in_at = n.last_in, last_at = $18,
			due_at = n.due, due_with = n.due_with, via = n.via,
			wake_at = CASE WHEN n.closed IS NOT NULL OR n.due IS NULL THEN NULL WHEN c.wake_at < n.due THEN c.wake_at ELSE n.due END,
			outbox_until = CASE WHEN n.idle OR c.outbox_until IS NULL THEN n.outbox ELSE c.outbox_until END,
			closed_at = COALESCE(c.closed_at, n.closed),
			handed_at = CASE WHEN n.owner = 'bot' THEN c.handed_at ELSE COALESCE(c.handed_at, $18) END
		FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::bigint[],
			$11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::boolean[], $19::text[], $20::timestamptz[], $21::boolean[])
			AS n(id, version, owner, flow, state, language, team, reason, urgent, ward, checkpoint, last_in, due, due_with, outbox, closed, idle, via, promised, answered)
		WHERE c.id = ANY($1) AND c.id = n.id`,
		m.id, m.version, m.owner, m.flow, m.state, m.lang, m.team, m.reason, m.urgent, m.ward,
		m.checkpoint, m.lastIn, m.due, m.dueWith, m.outbox, m.closed, idle, b.now, m.via, m.promised, m.answered)
}

func queueCases(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for i := range t.Cases {
			queueCase(q, b, t, &t.Cases[i])
		}
	}
}

func queueCase(q *pgx.Batch, b *batch, t *Turn, c *NewCase) {
	var due *time.Time
	if c.Target > 0 {
		at := b.now.Add(c.Target)
		due = &at
	}
	var lat, lon *float64
	if c.Lat != 0 || c.Lon != 0 {
		lat, lon = &c.Lat, &c.Lon
	}
	var ward *int
	if c.Ward > 0 {
		ward = &c.Ward
	}
	q.Queue(`INSERT INTO cases (number, flow, kind, title, status, team, ward, place, lat, lon, contact_id, conversation_id, channel, answers, opened_at, due_at, updated_at, ward_by)
		VALUES ($1, $2, $3, $4, 'new', $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb, $14, $15, $14, $16)`,
		c.Number, c.Flow, string(c.Kind), c.Title, c.Team, ward, c.Place, lat, lon,
		t.Now.Contact, t.Now.Conversation, t.Key.Channel, string(c.Answers), b.now, due, string(c.WardBy))
	q.Queue(`INSERT INTO case_timeline (id, case_number, at, kind, text, agent_id)
		VALUES ($1, $2, $3, 'opened', $4, (SELECT called_by FROM conversations WHERE id = $5))`, NewID(), c.Number, b.now, c.Title, t.Now.Conversation)
}

func queuePhotos(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, p := range t.Photos {
			status, try := "pending", &b.now
			if p.SHA256 != "" {
				status, try = "kept", nil
			}
			q.Queue(`INSERT INTO photos (id, conversation_id, message_id, channel, source, status, sha256, at, try_after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				p.ID, t.Now.Conversation, t.In.ID, t.Key.Channel, p.Source, status, maybe.Null(p.SHA256), t.In.At, try)
		}
	}
}

// queueAttachments joins photos to cases. A photo belongs to one case only.
func queueAttachments(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, a := range t.Attach {
			if len(a.Photos) == 0 {
				continue
			}
			q.Queue(`UPDATE photos p SET case_number = $1 FROM conversations v
				WHERE p.id = ANY($2) AND p.case_number IS NULL AND v.id = p.conversation_id AND v.contact_id = $3`, a.Case, a.Photos, t.Now.Contact)
		}
	}
}

func queueRemembered(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, r := range t.Remember {
			value, err := json.Marshal(r.Value)
			if err != nil {
				continue // a Value always marshals; FuzzStep holds that
			}
			q.Queue(`INSERT INTO remembered (contact_id, slot, type, value, at, identity_id) VALUES ($1, $2, $3, $4::text::jsonb, $5, $6)
				ON CONFLICT (contact_id, slot) DO UPDATE SET type = excluded.type, value = excluded.value, at = excluded.at, identity_id = excluded.identity_id`,
				t.Now.Contact, r.Slot, string(r.Type), string(value), b.now, t.Now.Identity)
			queueContactColumn(q, b, t, r)
		}
	}
}

// queueContactColumn keeps the columns that people are searched and shown by
// in step with what is remembered.
func queueContactColumn(q *pgx.Batch, b *batch, t *Turn, r flows.Remember) {
	switch {
	case r.Type == flows.SlotWard:
		q.Queue(`UPDATE contacts SET ward = NULLIF($2::integer, 0), updated_at = $3 WHERE id = $1`, t.Now.Contact, int(r.Value.Number), b.now)
	case r.Type == flows.SlotPhone:
		q.Queue(`UPDATE contacts SET phone = $2, updated_at = $3 WHERE id = $1`, t.Now.Contact, r.Value.String(), b.now)
	case r.Slot == "email":
		q.Queue(`UPDATE contacts SET email = $2, updated_at = $3 WHERE id = $1`, t.Now.Contact, r.Value.String(), b.now)
	case r.Slot == "name":
		q.Queue(`UPDATE contacts SET name = $2, name_folded = $3, updated_at = $4 WHERE id = $1`, t.Now.Contact, r.Value.String(), FoldName(r.Value.String()), b.now)
	}
}

func queueContactChanges(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		if t.Mute != nil {
			q.Queue(`UPDATE identities SET muted = $2 WHERE id = $1`, t.Now.Identity, *t.Mute)
		}
		for _, s := range t.Topics {
			q.Queue(`INSERT INTO subscriptions (id, contact_id, identity_id, topic, wanted, at) SELECT $1, $2, $3, $4, $5, $6
				WHERE $5 IS DISTINCT FROM (SELECT s.wanted FROM subscriptions s WHERE s.contact_id = $2 AND s.topic = $4 ORDER BY s.at DESC, s.id DESC LIMIT 1)
					OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.contact_id = $2 AND s.topic = $4 AND s.channel <> '')`,
				NewID(), t.Now.Contact, t.Now.Identity, s.Topic, s.Wanted, b.now)
		}
		if t.Language != "" && t.SetsLanguage {
			q.Queue(`UPDATE contacts SET language = $2, updated_at = $3 WHERE id = $1`, t.Now.Contact, t.Language, b.now)
		}
	}
}

func queueAlarms(q *pgx.Batch, b *batch) {
	var kept []string
	for _, t := range b.each() {
		if t.Was.Owner != flows.OwnerBot && !t.Opens && (t.Now.Owner == flows.OwnerBot || t.Answered || t.Now.Closed) {
			kept = append(kept, t.Now.Conversation.String())
		}
		if t.Alarm == "" {
			continue
		}
		q.Queue(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			NewID(), t.Alarm, t.Now.Conversation.String(), t.Now.Conversation, b.now)
	}
	if len(kept) > 0 {
		q.Queue(`UPDATE alarms SET cleared_at = $3 WHERE kind = $1 AND subject = ANY($2) AND cleared_at IS NULL`, AlarmPromise, kept, b.now)
	}
}

// queueLog notes how conversations came to people and back.
func queueLog(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		what, agent := "", uuid.NullUUID{}
		switch {
		case t.Released != uuid.Nil:
			what, agent = LogReleased, uuid.NullUUID{UUID: t.Released, Valid: true}
		case t.Now.Owner == t.Was.Owner:
		case t.Now.Owner == flows.OwnerQueue:
			what = LogQueued
		case t.Now.Owner == flows.OwnerAgent:
			what = LogTaken
		}
		if what == "" {
			continue
		}
		q.Queue(`INSERT INTO conversation_log (id, conversation_id, at, what, agent_id, team, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			NewID(), t.Now.Conversation, b.now, what, agent, t.Team, t.Reason)
	}
}

// seq is the place of the turn's k-th message in its conversation.
func (t *Turn) seq(k int) int64 { return t.Now.Version<<8 + int64(k) }

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
