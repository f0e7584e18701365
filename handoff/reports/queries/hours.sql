-- title en: Hours of the week
-- title bn: সপ্তাহের কোন সময়ে
-- filters: flow ward channel team
-- counts: hour|hour_of
-- column weekday integer: 0 is Sunday, 6 is Saturday
-- column hour integer: 0 to 23, by the clock of Dhaka; hours without a contact are left out
-- column contacts integer: conversations opened
SELECT key::bigint / 24 AS weekday, key::bigint % 24 AS hour, sum(n)::bigint FROM counted GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2
