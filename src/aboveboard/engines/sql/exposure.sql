-- The exposure set. Parameters: $people, $index (Parquet paths). Reads the tables exposed and band.
SELECT
    e.person_id,
    e.categories,
    e.protected,
    coalesce(p.jurisdiction, 'ZZ') AS jurisdiction,
    CASE
        WHEN p.person_id IS NULL THEN 'none'
        WHEN e.person_id IN (SELECT person_id FROM read_parquet($index) WHERE kind = 1) THEN 'email'
        ELSE 'post'
    END AS channel,
    coalesce(p.language, 'en') AS language,
    b.severity,
    e.certain,
    e.probable
FROM exposed AS e
JOIN band AS b ON b.categories = e.categories AND b.protected = e.protected
LEFT JOIN read_parquet($people) AS p ON p.person_id = e.person_id
ORDER BY e.person_id
