-- An exposure set as a table function, with how sure it is of each person: 3 certain, 2 probable, 1 cannot be excluded, which is the
-- strongest of any of their data. A set that an earlier version wrote does not say, and all in it is certain.
CREATE TEMP MACRO exposure_set(path) AS TABLE
SELECT
    person_id,
    categories,
    protected,
    jurisdiction,
    channel,
    language,
    severity,
    coalesce(certain, categories) AS certain,
    coalesce(probable, categories) AS probable,
    CASE WHEN certain IS NULL OR certain <> 0 OR categories = 0 THEN 3 WHEN probable <> 0 THEN 2 ELSE 1 END AS certainty
FROM (
    FROM read_parquet(path)
    UNION ALL BY NAME
    SELECT CAST(NULL AS BIGINT) AS certain, CAST(NULL AS BIGINT) AS probable WHERE false
);
