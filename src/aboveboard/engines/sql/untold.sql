-- An exposure set of those alone who are to be told what is new: "added", who were never told; "more", of whom more can be read
-- than they were told, with just that. Parameters: $exposure (Parquet path), $least (severity band), $change. Reads the table told.
WITH known AS (
    SELECT person_id, bit_or(readable) AS readable
    FROM told
    GROUP BY person_id
),
compared AS (
    SELECT e.*, k.person_id IS NULL AS is_added, e.categories & ~e.protected & ~coalesce(k.readable, 0) AS newly
    FROM exposure_set($exposure) AS e
    LEFT JOIN known AS k ON k.person_id = e.person_id
    WHERE e.severity >= $least
)
SELECT
    person_id,
    CASE WHEN is_added THEN categories ELSE newly END AS categories,
    CASE WHEN is_added THEN protected ELSE 0 END AS protected,
    jurisdiction,
    channel,
    language,
    severity,
    certain,
    probable
FROM compared
WHERE CASE $change WHEN 'added' THEN is_added ELSE NOT is_added AND newly <> 0 END
ORDER BY person_id
