-- Everyone of whom a source says the same. Parameters: $people (Parquet path), $categories, $protected, $certainty.
SELECT
    person_id,
    CAST($categories AS BIGINT) AS categories,
    CAST($protected AS BIGINT) AS protected,
    CAST($certainty AS TINYINT) AS certainty
FROM read_parquet($people)
ORDER BY person_id
