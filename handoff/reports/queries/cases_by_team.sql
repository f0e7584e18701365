-- title en: Cases by department
-- title bn: বিভাগ অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- counts: case
-- column team text: id of the department; empty when it is nobody's yet
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT team, sum(n)::bigint AS cases, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM counted GROUP BY team HAVING sum(n) > 0 ORDER BY cases DESC, team
