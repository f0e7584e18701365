-- How many there are, the median and the ninetieth percentile of what lies in
-- buckets, as percentile_cont reckons them, each value taken for the mean of its
-- bucket. A bucket holds those from first to last in order of size.
buckets AS (
	SELECT {by} AS whose, ({key})::integer AS key, sum(n)::float8 AS n, (sum(total) / sum(n))::float8 AS mean FROM spread_out GROUP BY 1, 2 HAVING sum(n) > 0
), ranks AS (
	SELECT whose, mean, sum(n) OVER upwards - n AS first, sum(n) OVER upwards - 1 AS last, sum(n) OVER (PARTITION BY whose) AS n
	FROM buckets WINDOW upwards AS (PARTITION BY whose ORDER BY key)
), marks AS (
	SELECT whose, n, q, (n - 1) * q AS rank, first, last, mean FROM ranks
	JOIN (VALUES (0.5::float8), (0.9)) AS wanted (q) ON floor((n - 1) * q) BETWEEN first AND last OR ceil((n - 1) * q) BETWEEN first AND last
), between_two AS (
	SELECT whose, n, q, max(mean) FILTER (WHERE floor(rank) >= first) AS low, max(mean) FILTER (WHERE ceil(rank) <= last) AS high, rank - floor(rank) AS part
	FROM marks GROUP BY whose, n, q, rank
), spread AS (
	SELECT whose, max(n)::bigint AS n, max(low + (high - low) * part) FILTER (WHERE q = 0.5) AS median, max(low + (high - low) * part) FILTER (WHERE q = 0.9) AS p90
	FROM between_two GROUP BY whose
)
