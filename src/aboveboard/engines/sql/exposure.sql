-- The exposure set. Parameters: $people, $index (Parquet paths). Reads the tables exposed and band.
WITH reachable AS (
    SELECT DISTINCT person_id FROM read_parquet($index) WHERE kind = 1
)
SELECT
    e.person_id,
    e.categories,
    e.protected,
    coalesce(p.jurisdiction, 'ZZ') AS jurisdiction,
    CASE
        WHEN p.person_id IS NULL THEN 'none'
        WHEN m.person_id IS NULL THEN 'post'
        ELSE 'email'
    END AS channel,
    coalesce(p.language, 'en') AS language,
    b.severity
FROM exposed AS e
JOIN band AS b ON b.categories = e.categories AND b.protected = e.protected
LEFT JOIN read_parquet($people) AS p ON p.person_id = e.person_id
LEFT JOIN reachable AS m ON m.person_id = e.person_id
ORDER BY e.person_id
