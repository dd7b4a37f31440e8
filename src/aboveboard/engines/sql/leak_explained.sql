-- The lines with a phone one of whose owners is named otherwise. Reads the table judged.
CREATE TEMP TABLE explained AS
SELECT DISTINCT j.line
FROM judged AS j
JOIN judged AS c ON c.line = j.line AND c.person_id = j.person_id AND c.sure
WHERE j.kind = 2
