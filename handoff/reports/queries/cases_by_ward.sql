-- title en: Cases by ward
-- title bn: ওয়ার্ড অনুযায়ী আবেদন ও অভিযোগ
-- filters: flow ward kind channel team
-- column ward integer: number of the ward; null when it is not known
-- column cases integer: cases opened
-- column share percent: of all cases in the table
SELECT ward, sum(n)::bigint, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM case_counts GROUP BY ward ORDER BY ward NULLS LAST
