-- Whom a login saw, and what of theirs: what it opened, and who is in the files that it made. What a file protects, its maker
-- can read. Parameters: $acts, $exported (Parquet paths).
WITH seen AS (
    SELECT person_id, categories
    FROM read_parquet($acts)
    WHERE outcome = 'opened' AND person_id IS NOT NULL
    UNION ALL
    SELECT person_id, categories
    FROM read_parquet($exported)
)
SELECT person_id, bit_or(categories) AS categories, CAST(0 AS BIGINT) AS protected, CAST(3 AS TINYINT) AS certainty
FROM seen
GROUP BY person_id
ORDER BY person_id
