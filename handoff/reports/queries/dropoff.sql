-- title en: Where dialogues are left
-- title bn: কথোপকথন কোথায় থেমে যায়
-- filters: flow ward channel team
-- counts: place dropped
-- column flow text: id of the service
-- column state text: the place in its dialogue where the bot answered and waited
-- column entered integer: conversations that came to this place at least once
-- column left integer: of these, those that stand here no more and did not end here
-- column dropped integer: of these, those that ended here, because nothing more was heard
-- A conversation that stands here still, with the bot or with people, is in
-- entered alone: entered is never less than left and dropped together. One that
-- is over keeps the place where silence ended it, and has none when its
-- dialogue came to its end.
SELECT split_part(key, '.', 1) AS flow, split_part(key, '.', 2) AS state, sum(n) FILTER (WHERE what = 'place')::bigint AS entered,
	sum(total) FILTER (WHERE what = 'place')::bigint, COALESCE(sum(n) FILTER (WHERE what = 'dropped'), 0)::bigint AS dropped
FROM counted c, asked a WHERE a.flow IN ('', split_part(c.key, '.', 1))
GROUP BY 1, 2 HAVING sum(n) FILTER (WHERE what = 'place') > 0 ORDER BY dropped DESC, entered DESC, 1, 2
