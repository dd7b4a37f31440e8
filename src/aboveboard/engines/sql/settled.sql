-- Whom a leaked file names once some of its doubts are settled. Parameters: $certain, $doubts, $exposure (Parquet paths).
-- Reads the tables settled (lines), chosen (line, person_id), crowd_line and crowd_person. Where somebody lives is as it was counted first.
CREATE TEMP TABLE exposed AS
WITH gathered AS (
    SELECT crowd, bit_or(categories) AS categories, bit_or(categories & ~protected) AS readable
    FROM crowd_line
    WHERE line NOT IN (SELECT line FROM settled)
    GROUP BY crowd
),
shown AS (
    SELECT person_id, categories, protected, 0 AS chosen FROM read_parquet($certain)
    UNION ALL
    SELECT p.person_id, g.categories, g.categories & ~g.readable, 0
    FROM gathered AS g
    JOIN crowd_person AS p ON p.crowd = g.crowd
    UNION ALL
    SELECT c.person_id, l.categories, l.protected, l.categories
    FROM chosen AS c
    JOIN crowd_line AS l ON l.line = c.line
    JOIN crowd_person AS p ON p.crowd = l.crowd AND p.person_id = c.person_id
    UNION ALL
    SELECT d.person_id, d.categories, d.protected, CASE WHEN c.line IS NULL THEN 0 ELSE d.categories END
    FROM read_parquet($doubts) AS d
    LEFT JOIN chosen AS c ON c.line = d.line AND c.person_id = d.person_id
    WHERE NOT d.sure AND (c.line IS NOT NULL OR d.line NOT IN (SELECT line FROM settled))
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable,
        bit_or(chosen) AS chosen
    FROM shown
    GROUP BY person_id
)
SELECT
    f.person_id,
    f.categories,
    f.categories & ~f.readable AS protected,
    -- Nothing that was in doubt alone is in either of the first set: what somebody settled comes to it.
    (e.certain | f.chosen) & f.categories AS certain,
    (e.probable | f.chosen) & f.categories AS probable,
    e.jurisdiction,
    e.channel,
    e.language
FROM folded AS f
JOIN exposure_set($exposure) AS e ON e.person_id = f.person_id
