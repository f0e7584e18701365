-- title en: Satisfaction
-- title bn: সন্তুষ্টি
-- filters: flow ward kind channel team
-- counts: score
-- column score integer: 1 to 5; scores that nobody gave are left out
-- column answers integer: cases and conversations with this score
-- A case's score is its answer to a slot named rating, of type number; a
-- conversation's is what the citizen answered when a person had ended it. A
-- conversation has no kind: asked for one, only cases are counted.
SELECT key::bigint AS score, sum(n)::bigint FROM counted GROUP BY 1 HAVING sum(n) > 0 ORDER BY 1
