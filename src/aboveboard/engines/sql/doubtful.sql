-- How many people are in a count only because of lines that fit several, and how many such lines there are.
-- Parameters: $certain, $doubts (Parquet paths). Reads the tables settled and chosen.
SELECT
    count(DISTINCT d.person_id) FILTER (
        d.person_id NOT IN (SELECT person_id FROM read_parquet($certain))
        AND d.person_id NOT IN (SELECT person_id FROM chosen)
    ) AS people,
    count(DISTINCT d.line) AS lines
FROM read_parquet($doubts) AS d
WHERE NOT d.sure AND d.line NOT IN (SELECT line FROM settled)
