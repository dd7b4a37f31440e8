-- Adds to the table told (person_id, readable) whom one batch of notices told, and what of theirs it said could be read.
-- Parameters: $exposure (Parquet path), $least (severity band). Reads the table merged (merged_id, person_id).
INSERT INTO told
SELECT
    coalesce(m.person_id, e.person_id) AS person_id,
    e.categories & ~e.protected AS readable
FROM exposure_set($exposure) AS e
LEFT JOIN merged AS m ON m.merged_id = e.person_id
WHERE e.severity >= $least
