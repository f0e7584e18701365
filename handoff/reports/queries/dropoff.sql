-- title en: Where dialogues are left
-- title bn: কথোপকথন কোথায় থেমে যায়
-- filters: flow ward channel team
-- column flow text: id of the service
-- column state text: the place in its dialogue where the bot answered and waited
-- column entered integer: conversations that came to this place at least once
-- column left integer: of these, those that stand here no more and did not end here
-- column dropped integer: of these, those that ended here, because nothing more was heard
-- A conversation that stands here still, with the bot or with people, is in
-- entered alone: entered is never less than left and dropped together. One that
-- is over keeps the place where silence ended it, and has none when its
-- dialogue came to its end.
SELECT p.flow, p.state, count(*) AS entered,
	count(*) FILTER (WHERE NOT (p.flow = c.flow AND p.state = c.state)),
	count(*) FILTER (WHERE p.flow = c.flow AND p.state = c.state AND c.closed_at IS NOT NULL) AS dropped
FROM contact_rows c CROSS JOIN asked CROSS JOIN LATERAL (
	SELECT split_part(m.place, '.', 1) AS flow, split_part(m.place, '.', 2) AS state FROM messages m WHERE m.conversation_id = c.id AND m.place IS NOT NULL
	UNION SELECT c.flow, c.state WHERE c.flow <> '' AND c.state <> ''
) p
WHERE asked.flow IN ('', p.flow)
GROUP BY p.flow, p.state ORDER BY dropped DESC, entered DESC, p.flow, p.state
