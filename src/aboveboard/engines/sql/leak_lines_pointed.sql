-- Each line whose keys lead to anybody, once: to whom, and by which kinds. Reads the table hit.
CREATE TEMP TABLE pointed AS
SELECT
    line,
    min(person_id) AS first_person,
    max(person_id) AS last_person,
    bit_or(1 << kind) AS kinds
FROM hit
GROUP BY line
