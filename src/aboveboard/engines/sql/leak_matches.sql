-- What each line of a leaked file came to. Parameter: $rows (Parquet path). Reads the tables pointed, several and
-- crowded.
CREATE TEMP TABLE outcome AS
WITH either AS (
    SELECT line, person_id, sure, matched_by FROM several
    UNION ALL
    SELECT DISTINCT line, NULL, false, '' FROM crowded
),
shared AS (
    SELECT
        line,
        bool_or(NOT sure) AS in_doubt,
        CASE WHEN count(*) = 1 THEN max(person_id) END AS person_id,
        CASE WHEN count(*) = 1 THEN max(matched_by) ELSE '' END AS matched_by
    FROM either
    GROUP BY line
),
decided AS (
    SELECT
        line,
        'matched' AS outcome,
        CASE
            WHEN kinds & 2 <> 0 THEN 'email'
            WHEN kinds & 8 <> 0 THEN 'customer_number'
            WHEN kinds & 32 <> 0 THEN 'email_digest'
            WHEN kinds & 64 <> 0 THEN 'name_birth'
            ELSE 'phone'
        END AS matched_by,
        first_person AS person_id
    FROM pointed
    WHERE line NOT IN (SELECT line FROM either)
    UNION ALL
    SELECT line, CASE WHEN in_doubt THEN 'ambiguous' ELSE 'matched' END, matched_by, person_id
    FROM shared
)
SELECT
    r.line,
    r.categories,
    r.protected,
    coalesce(d.outcome, 'stranger') AS outcome,
    coalesce(d.matched_by, '') AS matched_by,
    d.person_id
FROM read_parquet($rows) AS r
LEFT JOIN decided AS d ON d.line = r.line;
