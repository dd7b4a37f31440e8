-- Each matched person once. A category counts as protected only if it is protected on every line that shows it.
CREATE TEMP TABLE exposed AS
WITH folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable
    FROM outcome
    WHERE person_id IS NOT NULL
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected
FROM folded;
