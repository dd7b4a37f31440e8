-- The few distinct things that were exposed of people, to be judged once each.
SELECT categories, protected, count(*) AS people
FROM exposed
GROUP BY categories, protected
ORDER BY categories, protected
