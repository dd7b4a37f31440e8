-- Each person of the lines once, whoever is in doubt among them. A category counts as protected only if it is protected
-- on every line that shows it. What only doubtful lines show cannot be excluded; a phone, or a name with a date of birth, makes it
-- probable; whatever else makes it certain. Reads the tables outcome, several, crowded and
-- crowd_person.
CREATE TEMP TABLE exposed AS
WITH gathered AS (
    -- Of a crowd what all its lines show at once: each of its people may be meant by any of them.
    SELECT c.crowd, bit_or(o.categories) AS categories, bit_or(o.categories & ~o.protected) AS readable
    FROM crowded AS c
    JOIN outcome AS o ON o.line = c.line
    GROUP BY c.crowd
),
shown AS (
    SELECT
        person_id,
        categories,
        protected,
        CASE WHEN outcome = 'ambiguous' THEN 1 WHEN matched_by IN ('phone', 'name_birth') THEN 2 ELSE 3 END AS certainty
    FROM outcome
    WHERE person_id IS NOT NULL
    UNION ALL
    SELECT
        s.person_id,
        o.categories,
        o.protected,
        CASE WHEN NOT s.sure THEN 1 WHEN s.matched_by = 'phone' THEN 2 ELSE 3 END
    FROM several AS s
    JOIN outcome AS o ON o.line = s.line
    WHERE o.person_id IS NULL
    UNION ALL
    SELECT p.person_id, g.categories, g.categories & ~g.readable, 1
    FROM gathered AS g
    JOIN crowd_person AS p ON p.crowd = g.crowd
),
folded AS (
    SELECT
        person_id,
        bit_or(categories) AS categories,
        bit_or(categories & ~protected) AS readable,
        bit_or(CASE WHEN certainty = 3 THEN categories ELSE 0 END) AS certain,
        bit_or(CASE WHEN certainty >= 2 THEN categories ELSE 0 END) AS probable
    FROM shown
    GROUP BY person_id
)
SELECT person_id, categories, categories & ~readable AS protected, certain, probable
FROM folded;
