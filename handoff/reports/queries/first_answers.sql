-- title en: First answer by a person
-- title bn: মানুষের প্রথম উত্তর
-- filters: flow ward channel team
-- column team text: id of the department; empty when it was passed to nobody in particular
-- column contacts integer: conversations that waited for a person and were taken, by the department for which they were first taken
-- column median_minutes integer: from when they began to wait to when they were first taken
-- column p90_minutes integer: within so many nine of ten were taken
-- column within integer: of the conversations, those that were taken within the city's target; null when it has set none
SELECT first.team, count(*),
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first.waited)) / 60)::bigint,
	round(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM first.waited)) / 60)::bigint,
	CASE WHEN min(asked.minutes) > 0 THEN count(*) FILTER (WHERE first.waited <= asked.minutes * interval '1 minute') END
FROM contact_rows c CROSS JOIN asked CROSS JOIN LATERAL (
	SELECT l.team, l.at - l.queued_at AS waited FROM conversation_log l
	WHERE l.conversation_id = c.id AND l.what = 'taken' AND l.queued_at IS NOT NULL ORDER BY l.id LIMIT 1
) first
GROUP BY first.team ORDER BY first.team
