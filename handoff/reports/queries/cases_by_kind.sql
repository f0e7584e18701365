-- title en: Cases by kind
-- title bn: ধরন অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- counts: case
-- column kind text: complaint, request, question or suggestion
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT kind, sum(n)::bigint AS cases, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM counted GROUP BY kind HAVING sum(n) > 0 ORDER BY cases DESC, kind
