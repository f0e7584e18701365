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
SELECT s.flow, s.state, count(*) AS entered,
	count(*) FILTER (WHERE NOT (c.flow = s.flow AND c.state = s.state)),
	count(*) FILTER (WHERE c.flow = s.flow AND c.state = s.state AND c.closed_at IS NOT NULL) AS dropped
FROM (
	SELECT w.id, split_part(p.place, '.', 1) AS flow, split_part(p.place, '.', 2) AS state
	FROM contact_rows w CROSS JOIN string_to_table(rtrim(w.passed), ' ') AS p(place) WHERE w.passed <> ''
	UNION SELECT w.id, w.flow, w.state FROM contact_rows w WHERE w.flow <> '' AND w.state <> ''
) s JOIN contact_rows c ON c.id = s.id CROSS JOIN asked
WHERE asked.flow IN ('', s.flow)
GROUP BY s.flow, s.state ORDER BY dropped DESC, entered DESC, s.flow, s.state
