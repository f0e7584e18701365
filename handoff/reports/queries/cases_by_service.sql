-- title en: Cases by service
-- title bn: সেবা অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- counts: case
-- column flow text: id of the service
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT flow, sum(n)::bigint AS cases, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM counted GROUP BY flow HAVING sum(n) > 0 ORDER BY cases DESC, flow
