-- One page of a leaked file's lines. Parameters: $lines, $outcome (NULL for all), $after, $limit.
SELECT line, outcome, matched_by, person_id
FROM read_parquet($lines)
WHERE line > $after AND ($outcome IS NULL OR outcome = $outcome)
ORDER BY line
LIMIT $limit
