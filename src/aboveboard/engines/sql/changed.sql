-- Everybody of whom two exposure sets say something else. Parameters: $before, $now (Parquet paths). "more": something of
-- theirs is exposed, or readable, that was not before. "surer" and "less_sure": only how certain it
-- is changed. "newly": what of theirs can be read now and could not before.
CREATE TEMP TABLE changed AS
WITH compared AS (
    SELECT
        coalesce(n.person_id, b.person_id) AS person_id,
        b.person_id IS NULL AS is_new,
        n.person_id IS NULL AS is_gone,
        coalesce(b.categories, 0) AS before,
        coalesce(n.categories, 0) AS now,
        coalesce(b.categories & ~b.protected, 0) AS read_before,
        coalesce(n.categories & ~n.protected, 0) AS read_now,
        coalesce(b.certain, 0) AS certain_before,
        coalesce(n.certain, 0) AS certain_now,
        coalesce(b.probable, 0) AS probable_before,
        coalesce(n.probable, 0) AS probable_now,
        coalesce(b.certainty, 0) AS sure_before,
        coalesce(n.certainty, 0) AS sure_now
    FROM exposure_set($before) AS b
    FULL JOIN exposure_set($now) AS n ON n.person_id = b.person_id
)
SELECT
    person_id,
    CASE
        WHEN is_new THEN 'added'
        WHEN is_gone THEN 'gone'
        WHEN (now & ~before) <> 0 OR (read_now & ~read_before) <> 0 THEN 'more'
        WHEN now <> before OR read_now <> read_before THEN 'less'
        WHEN (certain_now & ~certain_before) <> 0 OR (probable_now & ~probable_before) <> 0 THEN 'surer'
        ELSE 'less_sure'
    END AS change,
    before,
    now,
    (now & ~before) | (read_now & ~read_before) AS newly,
    sure_before,
    sure_now
FROM compared
WHERE is_new
   OR is_gone
   OR now <> before
   OR read_now <> read_before
   OR certain_now <> certain_before
   OR probable_now <> probable_before
