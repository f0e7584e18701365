-- title en: Languages
-- title bn: ভাষা
-- filters: flow ward channel team
-- counts: talk
-- column language text: bn, en, …; empty when it is not known
-- column contacts integer: conversations opened
-- column share percent: of all conversations in the table
SELECT key, sum(n)::bigint AS contacts, round(100 * sum(n) / sum(sum(n)) OVER (), 1)::float8 FROM counted GROUP BY key HAVING sum(n) > 0 ORDER BY contacts DESC, key
