-- What each key of a line says of each of its owners: whether it is theirs for sure, and whether they may be meant at all.
-- Reads the table named; the rules are those of leak_several.
CREATE TEMP TABLE judged AS
WITH each AS (
    SELECT line, kind, owners, crowds, unnest(owners) AS person_id FROM named
),
supported AS (
    SELECT line, person_id, count(*) AS ways FROM each GROUP BY line, person_id
),
weighed AS (
    SELECT
        e.*,
        s.ways,
        count(*) FILTER (s.ways > 1) OVER (PARTITION BY e.line, e.kind, e.owners, e.crowds) AS narrowed_to
    FROM each AS e
    JOIN supported AS s ON s.line = e.line AND s.person_id = e.person_id
)
SELECT
    line,
    kind,
    owners,
    crowds,
    person_id,
    ways,
    narrowed_to,
    kind NOT IN (2, 6) AND len(owners) = 1 AND len(crowds) = 0 OR ways > 1 AND narrowed_to = 1 AS sure,
    narrowed_to <> 1 OR ways > 1 AS meant
FROM weighed
