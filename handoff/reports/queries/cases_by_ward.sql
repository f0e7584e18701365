-- title en: Cases by ward
-- title bn: ওয়ার্ড অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- counts: filed|case wards
-- column ward integer: number of the ward; null when it is not known
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT NULLIF(ward, 0)::bigint AS ward, sum(n)::bigint, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM counted GROUP BY 1 HAVING sum(n) > 0 ORDER BY 1 NULLS LAST
