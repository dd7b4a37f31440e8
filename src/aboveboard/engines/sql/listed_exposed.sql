-- Everyone in an exposure set, of whom a source says the same, no more certain than they are in it. Parameters: $exposure (Parquet
-- path), $categories, $protected, $certainty.
SELECT
    person_id,
    CAST($categories AS BIGINT) AS categories,
    CAST($protected AS BIGINT) AS protected,
    CAST(least(certainty, $certainty) AS TINYINT) AS certainty
FROM exposure_set($exposure)
ORDER BY person_id
