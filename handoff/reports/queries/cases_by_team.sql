-- title en: Cases by department
-- title bn: বিভাগ অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- column team text: id of the department; empty when it is nobody's yet
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT team, count(*) AS cases, round(100.0 * count(*) / sum(count(*)) OVER (), 1)::float8 FROM case_rows GROUP BY team ORDER BY cases DESC, team
