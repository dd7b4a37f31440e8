-- Of each line that leads to more than one, the keys: their kind, their owners, and their crowds. Of a crowd only those are
-- among the owners whom another key leads to. Reads the tables hit, pointed, crowd_hit and narrowed.
CREATE TEMP TABLE named AS
WITH wide AS (
    -- A name with a date of birth may be somebody else's, even if we know one person alone of that name.
    SELECT line FROM pointed WHERE first_person <> last_person OR kinds = 64
    UNION
    SELECT line FROM crowd_hit
),
key AS (
    SELECT h.line, h.kind, h.hi, h.person_id, NULL AS crowd
    FROM hit AS h
    JOIN wide AS w ON w.line = h.line
    UNION ALL
    SELECT c.line, c.kind, 0, n.person_id, c.crowd
    FROM crowd_hit AS c
    LEFT JOIN narrowed AS n ON n.line = c.line AND n.kind = c.kind AND n.crowd = c.crowd
)
SELECT DISTINCT
    line,
    kind,
    coalesce(list_sort(array_agg(DISTINCT person_id) FILTER (person_id IS NOT NULL)), []) AS owners,
    coalesce(list_sort(array_agg(DISTINCT crowd) FILTER (crowd IS NOT NULL)), []) AS crowds
FROM key
-- All readings of a line's phones are one key: in one of them somebody else may have that number.
GROUP BY
    line,
    kind,
    CASE WHEN kind = 2 THEN 0 ELSE hi END,
    CASE WHEN kind = 2 THEN 0 ELSE coalesce(crowd, 0) END
