-- title en: Where dialogues are left
-- title bn: কথোপকথন কোথায় থেমে যায়
-- filters: flow ward channel team
-- column flow text: id of the service
-- column state text: the place in its dialogue
-- column entered integer: conversations that came to this place at least once
-- column left integer: of these, those that stand here no more and did not end here
-- column dropped integer: of these, those that ended here, because nothing more was heard
-- A conversation that stands here still, with the bot or with people, is in
-- entered alone: entered is never less than left and dropped together. One that
-- is over keeps the place where silence ended it, and has none when its
-- dialogue came to its end.
SELECT p.flow, p.state, sum(w.n)::bigint AS entered,
	COALESCE(sum(w.n) FILTER (WHERE NOT (p.flow = w.flow AND p.state = w.state)), 0)::bigint,
	COALESCE(sum(w.n) FILTER (WHERE p.flow = w.flow AND p.state = w.state AND w.over), 0)::bigint AS dropped
FROM (
	SELECT passed, flow, state, closed_at IS NOT NULL AS over, count(*) AS n FROM contact_rows GROUP BY 1, 2, 3, 4
) w CROSS JOIN asked CROSS JOIN LATERAL (
	SELECT split_part(place, '.', 1) AS flow, split_part(place, '.', 2) AS state FROM string_to_table(rtrim(w.passed), ' ') AS place WHERE w.passed <> ''
	UNION SELECT w.flow, w.state WHERE w.flow <> '' AND w.state <> ''
) p
WHERE asked.flow IN ('', p.flow)
GROUP BY p.flow, p.state ORDER BY dropped DESC, entered DESC, p.flow, p.state
