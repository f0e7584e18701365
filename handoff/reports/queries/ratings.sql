-- title en: Who said how satisfied they are
-- title bn: কারা সন্তুষ্টি জানিয়েছেন
-- filters: flow ward kind channel team
-- column of text: cases or conversations
-- column score integer: 1 to 5; scores that nobody gave are left out
-- column answers integer: cases or conversations with this score
-- What a score is, the report of satisfaction says.
SELECT what, score::bigint, count(*) FROM (
	SELECT 'cases' AS what, CASE WHEN jsonb_typeof(c.answers -> 'rating') = 'number' THEN round((c.answers ->> 'rating')::numeric) END AS score FROM case_rows c
	UNION ALL SELECT 'conversations', c.rating FROM contact_rows c, asked a WHERE c.rating IS NOT NULL AND a.kind = ''
) each_answer WHERE score BETWEEN 1 AND 5 GROUP BY what, score ORDER BY what, score
