-- Each person of the lines once, whoever is in doubt among them. A category counts as protected only if it is protected
-- on every line that shows it. Reads the tables outcome and several.
CREATE TEMP TABLE exposed AS
WITH shown AS (
    SELECT person_id, categories, protected FROM outcome WHERE person_id IS NOT NULL
    UNION ALL
    SELECT s.person_id, o.categories, o.protected
    FROM several AS s
    JOIN outcome AS o ON o.line = s.line
    WHERE o.person_id IS NULL
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable
    FROM shown
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected
FROM folded;
