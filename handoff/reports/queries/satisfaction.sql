-- title en: Satisfaction
-- title bn: সন্তুষ্টি
-- filters: flow ward kind channel team
-- column score integer: 1 to 5; scores that nobody gave are left out
-- column answers integer: cases and conversations with this score
-- A case's score is its answer to a slot named rating, of type number; a
-- conversation's is what the citizen answered when a person had ended it. A
-- conversation has no kind: asked for one, only cases are counted.
SELECT score::bigint, count(*) FROM (
	SELECT CASE WHEN jsonb_typeof(c.answers -> 'rating') = 'number' THEN round((c.answers ->> 'rating')::numeric) END AS score FROM case_rows c
	UNION ALL SELECT c.rating FROM contact_rows c, asked a WHERE c.rating IS NOT NULL AND a.kind = ''
) each_answer WHERE score BETWEEN 1 AND 5 GROUP BY score ORDER BY score
