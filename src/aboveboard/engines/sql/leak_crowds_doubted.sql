-- The crowds file: who is in each crowd that a line fits. Reads the tables crowded and crowd_person.
SELECT crowd, person_id
FROM crowd_person
WHERE crowd IN (SELECT crowd FROM crowded)
ORDER BY crowd, person_id
