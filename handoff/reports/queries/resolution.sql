-- title en: Resolution
-- title bn: নিষ্পত্তি
-- filters: flow ward kind channel team
-- counts: case resolved target reopened
-- spread: took by flow
-- column flow text: id of the service
-- column cases integer: cases opened
-- column resolved integer: of these, those that are resolved or closed by now
-- column median_hours hours: from opening to when it was last resolved, of the resolved ones; less than 9.1 % from the true one
-- column p90_hours hours: within these nine of ten of them were; as near
-- column within_target percent: of the resolved ones that have a target, those resolved by then; null when none has one
-- column reopened integer: of the cases, those that were reopened at least once
-- What moves a case is on its timeline under the name of the status it came to.
SELECT c.flow, c.cases, c.resolved, round((s.median / 3600)::numeric, 1)::float8, round((s.p90 / 3600)::numeric, 1)::float8, c.within, c.reopened FROM (
	SELECT flow, sum(n) FILTER (WHERE what = 'case')::bigint AS cases, COALESCE(sum(n) FILTER (WHERE what = 'resolved'), 0)::bigint AS resolved,
		round(100.0 * sum(total) FILTER (WHERE what = 'target') / NULLIF(sum(n) FILTER (WHERE what = 'target'), 0), 1)::float8 AS within,
		COALESCE(sum(n) FILTER (WHERE what = 'reopened'), 0)::bigint AS reopened
	FROM counted GROUP BY flow
) c LEFT JOIN spread s ON s.whose = c.flow WHERE c.cases > 0 ORDER BY c.flow
