-- Those of a line's crowds whom another key of the line leads to as well. Reads the tables hit, crowd_hit and crowd_person.
--
-- All phones of a line are one key. Of those that two crowds have in common two are enough: where there is more than one,
-- nobody is meant alone, and the whole crowd is in doubt.
CREATE TEMP TABLE narrowed AS
WITH meeting AS (
    SELECT a.line, a.kind, a.crowd, b.crowd AS other
    FROM crowd_hit AS a
    JOIN crowd_hit AS b ON b.line = a.line AND b.crowd <> a.crowd AND NOT (a.kind = 2 AND b.kind = 2)
),
pair AS (
    SELECT DISTINCT crowd, other FROM meeting
),
common AS (
    SELECT p.crowd, p.other, a.person_id
    FROM pair AS p
    JOIN crowd_person AS a ON a.crowd = p.crowd
    JOIN crowd_person AS b ON b.crowd = p.other AND b.person_id = a.person_id
    QUALIFY row_number() OVER (PARTITION BY p.crowd, p.other ORDER BY a.person_id) <= 2
)
SELECT c.line, c.kind, c.crowd, h.person_id
FROM crowd_hit AS c
JOIN hit AS h ON h.line = c.line AND NOT (h.kind = 2 AND c.kind = 2)
JOIN crowd_person AS p ON p.crowd = c.crowd AND p.person_id = h.person_id
UNION
SELECT m.line, m.kind, m.crowd, c.person_id
FROM meeting AS m
JOIN common AS c ON c.crowd = m.crowd AND c.other = m.other
