-- The facts of cases as their rows stand now. What moves a case is on its
-- timeline under the name of the status it came to.
SELECT c.number, (c.opened_at AT TIME ZONE interval '6 hours')::date AS day, c.flow, c.kind, c.channel, c.team, c.ward, c.agent_id, c.conversation_id,
	(SELECT (v.opened_at AT TIME ZONE interval '6 hours')::date FROM conversations v WHERE v.id = c.conversation_id) AS talk_day,
	c.status IN ('resolved', 'closed') AS resolved,
	CASE WHEN c.status IN ('resolved', 'closed') THEN GREATEST(0, extract(epoch FROM done.at - c.opened_at))::bigint END AS took,
	CASE WHEN c.status IN ('resolved', 'closed') THEN done.at <= c.due_at END AS punctual,
	done.reopened,
	CASE WHEN jsonb_typeof(c.answers -> 'rating') = 'number' AND round((c.answers ->> 'rating')::numeric) BETWEEN 1 AND 5
		THEN round((c.answers ->> 'rating')::numeric)::smallint END AS score
FROM cases c CROSS JOIN LATERAL (
	SELECT max(t.at) FILTER (WHERE t.kind = 'resolved') AS at, COALESCE(bool_or(t.kind = 'reopened'), FALSE) AS reopened
	FROM case_timeline t WHERE t.case_number = c.number
) done
