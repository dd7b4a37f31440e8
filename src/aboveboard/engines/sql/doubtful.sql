-- How many people are in a count only because of lines that fit several, and how many such lines there are.
-- Parameters: $certain, $doubts (Parquet paths). Reads the tables settled, chosen, crowd_line and crowd_person.
WITH unsettled AS (
    SELECT line, person_id
    FROM read_parquet($doubts)
    WHERE NOT sure AND line NOT IN (SELECT line FROM settled)
),
crowds AS (
    SELECT line, crowd FROM crowd_line WHERE line NOT IN (SELECT line FROM settled)
),
people AS (
    SELECT person_id FROM unsettled
    UNION
    SELECT person_id FROM crowd_person WHERE crowd IN (SELECT crowd FROM crowds)
)
SELECT
    (
        SELECT count(*)
        FROM people
        WHERE person_id NOT IN (SELECT person_id FROM read_parquet($certain))
          AND person_id NOT IN (SELECT person_id FROM chosen)
    ) AS people,
    (
        SELECT count(*)
        FROM (SELECT line FROM unsettled UNION SELECT line FROM crowds)
    ) AS lines
