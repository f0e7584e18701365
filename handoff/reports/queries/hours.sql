-- title en: Hours of the week
-- title bn: সপ্তাহের কোন সময়ে
-- filters: flow ward channel team
-- column weekday integer: 0 is Sunday, 6 is Saturday
-- column hour integer: 0 to 23, by the clock of Dhaka; hours without a contact are left out
-- column contacts integer: conversations opened
SELECT extract(dow FROM opened_local)::bigint AS weekday, extract(hour FROM opened_local)::bigint AS hour, count(*) FROM contact_rows GROUP BY 1, 2 ORDER BY 1, 2
