-- title en: Waiting for a person
-- title bn: মানুষের জন্য অপেক্ষা
-- filters: flow ward channel team
-- column team text: id of the department; empty when it was passed to nobody in particular
-- column taken integer: times that somebody took a conversation that waited
-- column median_minutes integer: from when it began to wait to when it was taken
-- column p90_minutes integer: within so many nine of ten were taken
SELECT l.team, count(*),
	round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.at - l.queued_at)) / 60)::bigint,
	round(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM l.at - l.queued_at)) / 60)::bigint
FROM contact_rows c JOIN conversation_log l ON l.conversation_id = c.id WHERE l.what = 'taken' AND l.queued_at IS NOT NULL
GROUP BY l.team ORDER BY l.team
