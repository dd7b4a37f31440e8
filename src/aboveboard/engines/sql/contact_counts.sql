-- How many people each class has, and one of them.
SELECT class, count(*) AS people, min(person_id) AS example
FROM classes
GROUP BY class
ORDER BY class
