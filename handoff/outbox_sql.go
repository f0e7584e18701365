package handoff

// The statements of the outbox. They are planned once for a connection, maybe
// while the tables are empty, and maybe while next to nothing waits to be sent
// ("messages_unsent" looks like one page): so each is written in a way that
// leaves the planner no choice but to look rows up by their ids. Ids are
// compared with = ANY(an array), what may be absent is asked for by a LIMIT of
// one, and status || ” keeps a look-up by id off "messages_unsent". Planned as
// joins they read all that is unsent once for every row of a batch, and a
// backlog grew faster than it was sent.
const (
	// leaseDue takes $1 the time now, $2 how many at most, $3 the lease's end, $4 channels.
	leaseDue = `WITH due AS (
			SELECT c.id FROM conversations c
			WHERE c.id = ANY(ARRAY(SELECT m.conversation_id FROM messages m WHERE m.status IN ('queued', 'sending')))
				AND c.outbox_until <= $1 AND c.channel = ANY($4)
			ORDER BY c.outbox_until LIMIT $2 FOR UPDATE SKIP LOCKED
		), leased AS (
			UPDATE conversations c SET outbox_until = $3 WHERE c.id = ANY(ARRAY(SELECT id FROM due)) RETURNING c.id, c.identity_id, c.via, c.last_in_at
		), given_up AS (
			UPDATE messages m SET status = 'unknown' WHERE m.conversation_id = ANY(ARRAY(SELECT id FROM leased)) AND m.status = 'sending'
				AND (m.doubts >= 1 OR m.retried_at IS NOT NULL OR m.kind IN ('notice', 'broadcast'))
		), taken AS (
			UPDATE messages m SET status = 'sending', attempts = m.attempts + 1, attempted_at = $1,
				doubts = m.doubts + CASE m.status WHEN 'sending' THEN 1 ELSE 0 END
			WHERE m.id = ANY(ARRAY(SELECT o.id FROM leased l CROSS JOIN LATERAL (
				SELECT m.id FROM messages m WHERE m.conversation_id = l.id
					AND (m.status = 'queued' AND (m.send_after IS NULL OR m.send_after <= $1)
						OR m.status = 'sending' AND m.doubts < 1 AND m.retried_at IS NULL AND m.kind NOT IN ('notice', 'broadcast'))
				ORDER BY m.seq LIMIT 1) o))
			RETURNING m.id, m.conversation_id, m.seq, m.author, m.kind, m.text, m.detail, m.attempts, m.doubts, m.retried_at IS NOT NULL AS insisted
		)
		SELECT t.id, t.conversation_id, i.channel, i.address, t.author, t.kind, t.text, t.detail::text, t.attempts, t.doubts, l.via, l.last_in_at, i.muted, t.insisted
		FROM taken t JOIN leased l ON l.id = t.conversation_id
			CROSS JOIN LATERAL (SELECT * FROM identities i WHERE i.id = l.identity_id LIMIT 1) i
		ORDER BY t.conversation_id, t.seq`

	// beginNext takes $1 messages and $2 the time now.
	beginNext = `UPDATE messages m SET status = 'sending', attempts = m.attempts + 1, attempted_at = $2
		WHERE m.id = ANY($1) AND m.status || '' = 'queued'
			AND (SELECT o.id FROM messages o WHERE o.conversation_id = m.conversation_id AND o.status = 'sending' LIMIT 1) IS NULL
		RETURNING m.id`

	// recordResults takes an array for each column of a result.
	recordResults = `UPDATE messages m SET status = r.status, provider_id = COALESCE(m.provider_id, r.provider_id), error = r.error,
			send_after = COALESCE(r.send_after, m.send_after), attempts = m.attempts - CASE WHEN r.untried THEN 1 ELSE 0 END,
			doubts = m.doubts + CASE WHEN r.doubtful THEN 1 ELSE 0 END
		FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::boolean[], $7::bigint[], $8::boolean[])
			AS r(id, status, provider_id, error, send_after, untried, attempt, doubtful)
		WHERE m.id = ANY($1) AND m.id = r.id AND m.status IN ('sending', 'unknown') AND (r.status = 'sent' OR r.attempt IN (0, m.attempts))`

	// handBack takes $1 conversations, $2 when each lease ends, $3 the time now, $4 the next message of each.
	handBack = `UPDATE conversations c SET outbox_until = CASE
			WHEN EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.status = 'sending' AND m.id IS DISTINCT FROM h.next) THEN c.outbox_until
			WHEN NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.status IN ('queued', 'sending')) THEN NULL
			WHEN h.until IS NOT NULL AND (h.next IS NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.id = h.next AND m.status || '' = 'sending')) THEN h.until
			ELSE GREATEST($3, (SELECT min(m.send_after) FROM messages m WHERE m.conversation_id = c.id AND m.status = 'queued')) END
		FROM unnest($1::uuid[], $2::timestamptz[], $4::uuid[]) AS h(id, until, next) WHERE c.id = ANY($1) AND c.id = h.id
		RETURNING c.id, c.outbox_until IS NOT NULL AND c.outbox_until <= $3`

	// dropReplies takes $1 conversations whose acknowledgement is no longer due, $2 those whose question no longer stands.
	dropReplies = `UPDATE messages SET status = 'cancelled' WHERE conversation_id = ANY($1::uuid[] || $2::uuid[]) AND status = 'queued' AND author = 'bot'
		AND (conversation_id = ANY($1) AND send_after IS NOT NULL AND attempted_at IS NULL OR conversation_id = ANY($2) AND kind = 'prompt')`

	// withNothingUnsent takes $1 conversations.
	withNothingUnsent = `SELECT k.id FROM unnest($1::uuid[]) AS k(id)
		WHERE (SELECT m.id FROM messages m WHERE m.conversation_id = k.id AND m.status IN ('queued', 'sending') LIMIT 1) IS NULL`
)
