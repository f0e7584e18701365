-- title en: Languages
-- title bn: ভাষা
-- filters: flow ward channel team
-- column language text: bn, en, …; empty when it is not known
-- column contacts integer: conversations opened
-- column share percent: of all conversations in the table
SELECT language, count(*) AS contacts, round(100.0 * count(*) / sum(count(*)) OVER (), 1)::float8 FROM contact_rows GROUP BY language ORDER BY contacts DESC, language
