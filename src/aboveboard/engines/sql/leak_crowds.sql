-- Digests that more than $most people share, such as a placeholder, each with its owners; those of one kind with the same
-- owners are one crowd. Parameters: $index (Parquet path), $most. Reads the table likely.
CREATE TEMP TABLE crowd AS
WITH counted AS (
    SELECT i.kind, i.hi, i.lo, list_sort(array_agg(DISTINCT i.person_id)) AS owners
    FROM read_parquet($index) AS i
    JOIN likely AS l ON l.hi = i.hi AND l.lo = i.lo AND l.kind = i.kind
    GROUP BY i.kind, i.hi, i.lo
)
SELECT kind, hi, lo, owners, dense_rank() OVER (ORDER BY kind, owners) AS crowd
FROM counted
WHERE len(owners) > $most
