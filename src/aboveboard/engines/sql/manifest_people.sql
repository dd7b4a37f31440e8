-- Each person on the manifests once. Parameter: $manifest (Parquet path: person_id, categories, protected).
CREATE TEMP TABLE exposed AS
WITH folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable
    FROM read_parquet($manifest)
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected
FROM folded;
