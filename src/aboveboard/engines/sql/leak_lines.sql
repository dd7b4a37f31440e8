-- The lines file, so that every count of lines opens as a list. No digest of a stranger is in it.
SELECT line, outcome, matched_by, person_id
FROM outcome
