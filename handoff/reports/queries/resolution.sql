-- title en: Resolution
-- title bn: নিষ্পত্তি
-- filters: flow ward kind channel team
-- counts: case resolved target took reopened
-- spread: took by flow
-- column flow text: id of the service
-- column cases integer: cases opened
-- column resolved integer: of these, those that are resolved or closed by now
-- column median_hours hours: from opening to when it was last resolved, of the resolved ones; less than 9.1 % from the true one
-- column p90_hours hours: within these nine of ten of them were; as near
-- column within_target percent: of the resolved ones that have a target, those resolved by then; null when none has one
-- column reopened integer: of the cases, those that were reopened at least once
-- What moves a case is on its timeline under the name of the status it came to.
SELECT c.flow, sum(c.n) FILTER (WHERE c.what = 'case')::bigint, COALESCE(sum(c.n) FILTER (WHERE c.what = 'resolved'), 0)::bigint,
	round(max(s.median) / 3600, 1)::float8, round(max(s.p90) / 3600, 1)::float8,
	round(100.0 * sum(c.total) FILTER (WHERE c.what = 'target') / NULLIF(sum(c.n) FILTER (WHERE c.what = 'target'), 0), 1)::float8,
	COALESCE(sum(c.n) FILTER (WHERE c.what = 'reopened'), 0)::bigint
FROM counted c LEFT JOIN spread s ON s.flow = c.flow GROUP BY c.flow HAVING sum(c.n) FILTER (WHERE c.what = 'case') > 0 ORDER BY c.flow
