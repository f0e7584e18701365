-- title en: First answers
-- title bn: প্রথম উত্তর
-- filters: flow ward channel team
-- counts: first|first_of
-- spread: first|first_of by split_part(key, ' ', 1) of split_part(key, ' ', 2)
-- column team text: id of the department that was waited for; empty when it was passed to nobody in particular
-- column contacts integer: conversations that waited for a person and were taken
-- column median_minutes integer: from when it first began to wait to when it was first taken; to the minute up to four hours, less than 9.1 % from the true one above
-- column p90_minutes integer: within so many nine of ten were taken; as near
-- column within_target integer: of the conversations, those taken within the city's target (first_answer_minutes in the flows); null when it has set none
SELECT s.whose, s.n, round(s.median / 60)::bigint, round(s.p90 / 60)::bigint, c.within
FROM spread s LEFT JOIN (
	SELECT split_part(key, ' ', 1) AS team, CASE WHEN max(a.target) IS NOT NULL
		THEN COALESCE(sum(n) FILTER (WHERE split_part(key, ' ', 2)::integer <= a.target), 0)::bigint END AS within
	FROM counted, asked a GROUP BY 1
) c ON c.team = s.whose ORDER BY s.whose
