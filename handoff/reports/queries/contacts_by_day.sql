-- title en: Contacts by day
-- title bn: দিন অনুযায়ী যোগাযোগ
-- filters: flow ward channel team
-- counts: came|talk daily
-- column day day: a day on which somebody came; days without are left out
-- column contacts integer: conversations opened
SELECT day::text, sum(n)::bigint FROM counted GROUP BY day HAVING sum(n) > 0 ORDER BY day
