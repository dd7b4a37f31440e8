-- How often a login did what, about how many people, and how often nobody can say any more whose record it was. Parameter:
-- $acts (Parquet path).
SELECT
    outcome,
    count(*) AS acts,
    count(DISTINCT person_id) AS people,
    count(*) FILTER (WHERE about_somebody AND person_id IS NULL) AS nameless
FROM read_parquet($acts)
GROUP BY outcome
ORDER BY outcome
