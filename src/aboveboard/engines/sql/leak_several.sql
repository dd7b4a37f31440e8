-- The people of each line that leads to more than one, but for crowds. Reads the tables named, judged and explained.
--
-- 1. What one person alone has, an address, its digest or a customer number, leads to that person for sure.
-- 2. What several have leads to the one of them whom another key of the line leads to as well, if that is exactly one.
--    A name with a date of birth is never enough alone: others may have both.
-- 3. A phone of somebody whom the line names otherwise says nothing more.
-- 4. Whoever else a key leads to is in doubt: the line may be theirs, so they are in the count until a person says.
CREATE TEMP TABLE several AS
WITH certain AS (
    SELECT
        line,
        person_id,
        max(ways) AS ways,
        bool_or(kind = 1) AS by_email,
        bool_or(kind = 3) AS by_number,
        bool_or(kind = 5) AS by_digest
    FROM judged
    WHERE sure
    GROUP BY line, person_id
),
doubtful AS (
    SELECT DISTINCT j.line, j.person_id
    FROM judged AS j
    WHERE j.meant
      AND NOT (j.kind = 2 AND j.line IN (SELECT line FROM explained))
      AND NOT EXISTS (SELECT 1 FROM certain AS c WHERE c.line = j.line AND c.person_id = j.person_id)
)
SELECT
    c.line,
    c.person_id,
    true AS sure,
    CASE
        WHEN c.ways > 1 AND c.by_email AND NOT EXISTS (
            SELECT 1
            FROM named AS n
            WHERE n.line = c.line AND n.kind = 1 AND n.owners = [c.person_id] AND len(n.crowds) = 0
        ) THEN 'email+'
        WHEN c.by_email THEN 'email'
        WHEN c.by_number THEN 'customer_number'
        WHEN c.by_digest THEN 'email_digest'
        ELSE 'phone'
    END AS matched_by
FROM certain AS c
UNION ALL
SELECT line, person_id, false, '' FROM doubtful
