-- Everybody of whom two exposure sets say something else. Parameters: $before, $now (Parquet paths). "more": something of
-- theirs is exposed, or readable, that was not before. "newly": what of theirs can be read now and could not before.
CREATE TEMP TABLE changed AS
WITH compared AS (
    SELECT
        coalesce(n.person_id, b.person_id) AS person_id,
        b.person_id IS NULL AS is_new,
        n.person_id IS NULL AS is_gone,
        coalesce(b.categories, 0) AS before,
        coalesce(n.categories, 0) AS now,
        coalesce(b.categories & ~b.protected, 0) AS read_before,
        coalesce(n.categories & ~n.protected, 0) AS read_now
    FROM read_parquet($before) AS b
    FULL JOIN read_parquet($now) AS n ON n.person_id = b.person_id
)
SELECT
    person_id,
    CASE
        WHEN is_new THEN 'added'
        WHEN is_gone THEN 'gone'
        WHEN (now & ~before) <> 0 OR (read_now & ~read_before) <> 0 THEN 'more'
        ELSE 'less'
    END AS change,
    before,
    now,
    (now & ~before) | (read_now & ~read_before) AS newly
FROM compared
WHERE is_new OR is_gone OR now <> before OR read_now <> read_before
