-- Each person on the manifests once. Parameters: $manifest (list of Parquet paths: person_id, categories, protected), $merged
-- (Parquet path: merged_id, person_id): numbers that lead to another by now.
CREATE TEMP TABLE exposed AS
WITH listed AS (
    SELECT coalesce(m.person_id, l.person_id) AS person_id, l.categories, l.protected
    FROM read_parquet($manifest) AS l
    LEFT JOIN read_parquet($merged) AS m ON m.merged_id = l.person_id
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable
    FROM listed
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected
FROM folded;
