-- title en: Settled by the bot alone
-- title bn: শুধু বট দিয়ে শেষ হওয়া যোগাযোগ
-- filters: flow ward channel team
-- column contacts integer: conversations opened
-- column contained integer: of these, those that the bot has answered or that are over, and that never came to the queue or to an agent
-- column share percent: contained of contacts; null when there are none
SELECT count(*), count(*) FILTER (WHERE contained), round(100.0 * count(*) FILTER (WHERE contained) / NULLIF(count(*), 0), 1)::float8
FROM (
	SELECT c.handed_at IS NULL AND (c.closed_at IS NOT NULL OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.author = 'bot')) AS contained
	FROM contact_rows c
) each_contact
