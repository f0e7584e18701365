-- title en: Waiting for a person
-- title bn: মানুষের জন্য অপেক্ষা
-- filters: flow ward channel team
-- spread: wait by team
-- column team text: id of the department; empty when it was passed to nobody in particular
-- column taken integer: times that somebody took a conversation that waited
-- column median_minutes integer: from when it began to wait to when it was taken; less than 9.1 % from the true one
-- column p90_minutes integer: within so many nine of ten were taken; as near
SELECT whose, n, round(median / 60)::bigint, round(p90 / 60)::bigint FROM spread ORDER BY whose
