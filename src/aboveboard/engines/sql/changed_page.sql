-- A page of those who changed, by person. Parameters: $change (or NULL), $after, $limit.
SELECT person_id, change, before, now, newly, sure_before, sure_now
FROM changed
WHERE person_id > $after AND ($change IS NULL OR change = $change)
ORDER BY person_id
LIMIT $limit
