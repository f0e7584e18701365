-- title en: Channels
-- title bn: যোগাযোগের মাধ্যম
-- filters: flow ward channel team
-- counts: came|talk filed|case
-- column channel text: messenger, web, …
-- column contacts integer: conversations opened
-- column cases integer: cases opened
SELECT channel, COALESCE(sum(n) FILTER (WHERE what IN ('came', 'talk')), 0)::bigint AS contacts, COALESCE(sum(n) FILTER (WHERE what IN ('filed', 'case')), 0)::bigint AS cases
FROM counted GROUP BY channel HAVING sum(n) > 0 ORDER BY contacts DESC, cases DESC, channel
