-- Each person on the manifests once. Parameters: $manifest (list of Parquet paths: person_id, categories, protected and, in those
-- written since, certainty), $merged (Parquet path: merged_id, person_id): numbers that lead to another by now.
-- Of each data of a person the strongest source counts, of whatever is or is not protected.
CREATE TEMP TABLE exposed AS
WITH listed AS (
    SELECT
        coalesce(m.person_id, l.person_id) AS person_id,
        l.categories,
        l.protected,
        coalesce(l.certainty, 3) AS certainty
    FROM read_parquet($manifest, union_by_name = true) AS l
    LEFT JOIN read_parquet($merged) AS m ON m.merged_id = l.person_id
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable,
        bit_or(CASE WHEN certainty = 3 THEN categories ELSE 0 END) AS certain,
        bit_or(CASE WHEN certainty >= 2 THEN categories ELSE 0 END) AS probable
    FROM listed
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected, certain, probable
FROM folded;
