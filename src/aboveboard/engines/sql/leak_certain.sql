-- Whom the file names beyond doubt, and what it shows of each on those lines alone. Reads the tables exposed, outcome,
-- several, crowded and crowd_person. Of whoever is on no line that fits several, that is what it shows of them at all: only the others, who are
-- few, are put together again.
WITH doubted AS (
    SELECT person_id FROM several WHERE NOT sure
    UNION
    SELECT person_id FROM crowd_person WHERE crowd IN (SELECT crowd FROM crowded)
),
shown AS (
    SELECT o.person_id, o.categories, o.protected
    FROM outcome AS o
    JOIN doubted AS d ON d.person_id = o.person_id
    UNION ALL
    SELECT s.person_id, o.categories, o.protected
    FROM several AS s
    JOIN doubted AS d ON d.person_id = s.person_id
    JOIN outcome AS o ON o.line = s.line
    WHERE o.person_id IS NULL AND s.sure
)
SELECT person_id, categories, protected
FROM exposed
WHERE person_id NOT IN (SELECT person_id FROM doubted)
UNION ALL
SELECT
    person_id,
    bit_or(categories) AS categories,
    bit_or(categories) & ~bit_or(categories & ~protected) AS protected
FROM shown
GROUP BY person_id
