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
    SELECT person_id, categories, protected FROM read_parquet($certain)
    UNION ALL
    SELECT p.person_id, g.categories, g.categories & ~g.readable
    FROM gathered AS g
    JOIN crowd_person AS p ON p.crowd = g.crowd
    UNION ALL
    SELECT c.person_id, l.categories, l.protected
    FROM chosen AS c
    JOIN crowd_line AS l ON l.line = c.line
    JOIN crowd_person AS p ON p.crowd = l.crowd AND p.person_id = c.person_id
    UNION ALL
    SELECT d.person_id, d.categories, d.protected
    FROM read_parquet($doubts) AS d
    WHERE NOT d.sure
      AND (
          d.line NOT IN (SELECT line FROM settled)
          OR EXISTS (SELECT 1 FROM chosen AS c WHERE c.line = d.line AND c.person_id = d.person_id)
      )
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable
    FROM shown
    GROUP BY person_id
)
SELECT
    f.person_id,
    f.categories,
    f.categories & ~f.readable AS protected,
    e.jurisdiction,
    e.channel,
    e.language
FROM folded AS f
JOIN read_parquet($exposure) AS e ON e.person_id = f.person_id
