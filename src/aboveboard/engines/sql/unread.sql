-- One page of the lines of a leaked file that could not be read. Parameters: $unread (Parquet path), $after, $limit.
SELECT line, reason
FROM read_parquet($unread)
WHERE line > $after
ORDER BY line
LIMIT $limit
