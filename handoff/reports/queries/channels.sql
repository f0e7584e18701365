-- title en: Channels
-- title bn: যোগাযোগের মাধ্যম
-- filters: flow ward channel team
-- column channel text: messenger, web, …
-- column contacts integer: conversations opened
-- column cases integer: cases opened
SELECT channel, sum(contacts)::bigint AS contacts, sum(cases)::bigint AS cases FROM (
	SELECT channel, n AS contacts, 0 AS cases FROM contact_counts
	UNION ALL SELECT channel, 0, n FROM case_counts
) both_of_them GROUP BY channel ORDER BY contacts DESC, cases DESC, channel
