-- A page of what a login did, by entry. Parameters: $acts (Parquet path), $outcome (or NULL), $after, $limit.
SELECT entry_id, moment, kind, outcome, person_id, categories, purpose, channel, fields, export_id
FROM read_parquet($acts)
WHERE entry_id > $after AND ($outcome IS NULL OR outcome = $outcome)
ORDER BY entry_id
LIMIT $limit
