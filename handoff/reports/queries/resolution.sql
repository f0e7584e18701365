-- title en: Resolution
-- title bn: নিষ্পত্তি
-- filters: flow ward kind channel team
-- column flow text: id of the service
-- column cases integer: cases opened
-- column resolved integer: of these, those that are resolved or closed by now
-- column median_hours hours: from opening to when it was last resolved, of the resolved ones
-- column p90_hours hours: within these nine of ten of them were
-- column within_target percent: of the resolved ones that have a target, those resolved by then; null when none has one
-- column reopened integer: of the cases, those that were reopened at least once
-- What moves a case is on its timeline under the name of the status it came to.
SELECT flow, count(*), count(*) FILTER (WHERE resolved),
	round((percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE resolved))::numeric, 1)::float8,
	round((percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) FILTER (WHERE resolved))::numeric, 1)::float8,
	round(100.0 * count(*) FILTER (WHERE resolved AND resolved_at <= due_at) / NULLIF(count(*) FILTER (WHERE resolved AND resolved_at IS NOT NULL AND due_at IS NOT NULL), 0), 1)::float8,
	count(*) FILTER (WHERE reopened)
FROM (
	SELECT c.flow, c.due_at, c.status IN ('resolved', 'closed') AS resolved, done.resolved_at, done.reopened,
		extract(epoch FROM done.resolved_at - c.opened_at) / 3600 AS hours
	FROM case_rows c CROSS JOIN LATERAL (
		SELECT max(t.at) FILTER (WHERE t.kind = 'resolved') AS resolved_at, COALESCE(bool_or(t.kind = 'reopened'), FALSE) AS reopened
		FROM case_timeline t WHERE t.case_number = c.number
	) done
) each_case GROUP BY flow ORDER BY flow
