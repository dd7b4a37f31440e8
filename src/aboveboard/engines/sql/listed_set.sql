-- Everyone in an exposure set, with all that it says of them: a row for what is certain, one for what is only probable, and one for
-- what cannot be excluded. Parameter: $exposure (Parquet path).
WITH parts AS (
    SELECT person_id, certain AS categories, protected, 3 AS certainty FROM exposure_set($exposure)
    UNION ALL
    SELECT person_id, probable & ~certain, protected, 2 FROM exposure_set($exposure)
    UNION ALL
    SELECT person_id, categories & ~probable, protected, 1 FROM exposure_set($exposure)
)
SELECT
    person_id,
    categories,
    protected & categories AS protected,
    CAST(certainty AS TINYINT) AS certainty
FROM parts
WHERE categories <> 0
ORDER BY person_id
