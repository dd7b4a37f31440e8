-- An exposure set in which records of one person are one row. Parameter: $exposure (Parquet path). Reads the table merged
-- (merged_id, person_id). Where they live is as the record says that they have now, if that is in the set.
CREATE TEMP TABLE exposed AS
WITH now AS (
    SELECT coalesce(m.person_id, e.person_id) AS current_id, m.person_id IS NULL AS own, e.*
    FROM exposure_set($exposure) AS e
    LEFT JOIN merged AS m ON m.merged_id = e.person_id
)
SELECT
    current_id AS person_id,
    bit_or(categories) AS categories,
    bit_or(categories) & ~bit_or(categories & ~protected) AS protected,
    bit_or(certain) AS certain,
    bit_or(probable) AS probable,
    arg_max(jurisdiction, own) AS jurisdiction,
    arg_max(channel, own) AS channel,
    arg_max(language, own) AS language
FROM now
GROUP BY current_id
