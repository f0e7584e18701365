-- The median and the ninetieth percentile of what lies in buckets, as
-- percentile_cont reckons them, each value taken for the mean of its bucket.
-- A bucket holds those that are from the first to the last in order of size.
buckets AS (
	SELECT {by}, sum(n) AS n, sum(total) / sum(n) AS mean, sum(sum(n)) OVER (PARTITION BY {by} ORDER BY key::integer) AS upto, sum(sum(n)) OVER (PARTITION BY {by}) AS whole
	FROM counted WHERE what = '{what}' GROUP BY {by}, key::integer HAVING sum(n) > 0
), ranks AS (
	SELECT {by}, q, mean, (whole - 1) * q AS rank, upto - n AS first, upto - 1 AS last FROM buckets CROSS JOIN (VALUES (0.5), (0.9)) AS wanted (q)
), marks AS (
	SELECT {by}, q, rank - floor(rank) AS part, max(mean) FILTER (WHERE floor(rank) BETWEEN first AND last) AS low, max(mean) FILTER (WHERE ceil(rank) BETWEEN first AND last) AS high
	FROM ranks GROUP BY {by}, q, rank
), spread AS (
	SELECT {by}, max(low + (high - low) * part) FILTER (WHERE q = 0.5) AS median, max(low + (high - low) * part) FILTER (WHERE q = 0.9) AS p90 FROM marks GROUP BY {by}
)
