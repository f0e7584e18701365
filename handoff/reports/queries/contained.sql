-- title en: Settled by the bot alone
-- title bn: শুধু বট দিয়ে শেষ হওয়া যোগাযোগ
-- filters: flow ward channel team
-- counts: came|talk
-- column contacts integer: conversations opened
-- column contained integer: of these, those that the bot has answered or that are over, and that never came to the queue or to an agent
-- column share percent: contained of contacts; null when there are none
SELECT COALESCE(sum(n), 0)::bigint, COALESCE(sum(total), 0)::bigint, round(100.0 * sum(total) / NULLIF(sum(n), 0), 1)::float8 FROM counted
