-- The people of each line that leads to more than one. Reads the tables hit and pointed.
--
-- 1. What one person alone has, an address or a customer number, leads to that person for sure.
-- 2. What several have leads to the one of them whom another key of the line leads to as well, if that is exactly one.
-- 3. A phone of somebody whom the line names otherwise says nothing more.
-- 4. Whoever else a key leads to is in doubt: the line may be theirs, so they are in the count until a person says.
CREATE TEMP TABLE several AS
WITH owned AS (
    SELECT h.line, h.kind, list_sort(array_agg(DISTINCT h.person_id)) AS owners
    FROM hit AS h
    JOIN pointed AS p ON p.line = h.line AND p.first_person <> p.last_person
    -- All readings of a line's phones are one key: in one of them somebody else may have that number.
    GROUP BY h.line, h.kind, CASE WHEN h.kind = 2 THEN 0 ELSE h.hi END
),
named AS (
    SELECT DISTINCT line, kind, owners FROM owned
),
each AS (
    SELECT line, kind, owners, unnest(owners) AS person_id FROM named
),
supported AS (
    SELECT line, person_id, count(*) AS ways FROM each GROUP BY line, person_id
),
weighed AS (
    SELECT
        e.line,
        e.kind,
        e.person_id,
        len(e.owners) AS sharers,
        s.ways > 1 AS narrowed,
        count(*) FILTER (s.ways > 1) OVER (PARTITION BY e.line, e.kind, e.owners) AS narrowed_to
    FROM each AS e
    JOIN supported AS s ON s.line = e.line AND s.person_id = e.person_id
),
judged AS (
    SELECT
        line,
        kind,
        person_id,
        kind <> 2 AND sharers = 1 OR narrowed AND narrowed_to = 1 AS sure,
        narrowed_to <> 1 OR narrowed AS meant
    FROM weighed
),
certain AS (
    SELECT line, person_id, bool_or(kind = 1) AS by_email, bool_or(kind = 3) AS by_number
    FROM judged
    WHERE sure
    GROUP BY line, person_id
),
explained AS (
    -- The phones of a line in which one of their owners is named otherwise.
    SELECT DISTINCT j.line
    FROM judged AS j
    JOIN certain AS c ON c.line = j.line AND c.person_id = j.person_id
    WHERE j.kind = 2
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
        WHEN s.ways > 1 AND c.by_email AND NOT EXISTS (
            SELECT 1 FROM named AS n WHERE n.line = c.line AND n.kind = 1 AND n.owners = [c.person_id]
        ) THEN 'email+'
        WHEN c.by_email THEN 'email'
        WHEN c.by_number THEN 'customer_number'
        ELSE 'phone'
    END AS matched_by
FROM certain AS c
JOIN supported AS s ON s.line = c.line AND s.person_id = c.person_id
UNION ALL
SELECT line, person_id, false, '' FROM doubtful
