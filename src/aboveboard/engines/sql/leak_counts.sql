-- How many lines came to which outcome.
SELECT outcome, count(*) FROM outcome GROUP BY outcome
