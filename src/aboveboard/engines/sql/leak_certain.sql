-- Whom the file names beyond doubt, and what it shows of each on those lines alone. Reads the tables outcome and several.
WITH shown AS (
    SELECT person_id, categories, protected FROM outcome WHERE person_id IS NOT NULL
    UNION ALL
    SELECT s.person_id, o.categories, o.protected
    FROM several AS s
    JOIN outcome AS o ON o.line = s.line
    WHERE o.person_id IS NULL AND s.sure
)
SELECT
    person_id,
    bit_or(categories) AS categories,
    bit_or(categories) & ~bit_or(categories & ~protected) AS protected
FROM shown
GROUP BY person_id
