-- The facts of conversations as their rows stand now.
SELECT c.id, (c.opened_at AT TIME ZONE interval '6 hours')::date AS day,
	(extract(dow FROM c.opened_at AT TIME ZONE interval '6 hours') * 24 + extract(hour FROM c.opened_at AT TIME ZONE interval '6 hours'))::smallint AS hour,
	c.channel, c.flow, c.team, c.owner, c.ward, c.language, c.agent_id, c.called_by,
	c.handed_at IS NULL AND (c.closed_at IS NOT NULL OR EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.author = 'bot')) AS contained,
	c.closed_at IS NOT NULL AS closed, c.rating AS score, c.flow || '.' || c.state AS stands,
	ARRAY(SELECT m.place FROM messages m WHERE m.conversation_id = c.id AND m.place IS NOT NULL
		UNION SELECT c.flow || '.' || c.state WHERE c.flow <> '' AND c.state <> '' ORDER BY 1) AS places,
	ARRAY(SELECT l.team FROM conversation_log l WHERE l.conversation_id = c.id AND l.what = 'taken' AND l.queued_at IS NOT NULL ORDER BY l.id) AS wait_teams,
	ARRAY(SELECT GREATEST(0, extract(epoch FROM l.at - l.queued_at))::bigint FROM conversation_log l
		WHERE l.conversation_id = c.id AND l.what = 'taken' AND l.queued_at IS NOT NULL ORDER BY l.id) AS waits,
	ARRAY(SELECT k.team FROM cases k WHERE k.conversation_id = c.id ORDER BY k.number) AS case_teams,
	ARRAY(SELECT k.ward FROM cases k WHERE k.conversation_id = c.id ORDER BY k.number) AS case_wards,
	ARRAY(SELECT k.agent_id FROM cases k WHERE k.conversation_id = c.id ORDER BY k.number) AS case_agents
FROM conversations c
