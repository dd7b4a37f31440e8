-- How many people changed how.
SELECT change, count(*) AS people
FROM changed
GROUP BY change
ORDER BY change
