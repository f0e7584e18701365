-- title en: Satisfaction
-- title bn: সন্তুষ্টি
-- filters: flow ward kind channel team
-- column score integer: 1 to 5; scores that nobody gave are left out
-- column answers integer: cases with this score
-- A score is a case's answer to a slot named rating, of type number. A service
-- that asks for none gives no rows.
SELECT score::bigint, count(*) FROM (
	SELECT CASE WHEN jsonb_typeof(c.answers -> 'rating') = 'number' THEN round((c.answers ->> 'rating')::numeric) END AS score FROM case_rows c
) each_case WHERE score BETWEEN 1 AND 5 GROUP BY score ORDER BY score
