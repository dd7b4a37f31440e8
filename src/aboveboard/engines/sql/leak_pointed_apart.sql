-- The same where there are crowds: a key that leads to one is in crowd_hit, and not here, where each of its owners would have
-- a row on each of its lines. Parameters: $keys, $index (Parquet paths). Reads the table crowd.
--
-- The keys are materialised before the match: left to itself the engine makes every pair first, and then drops it.
CREATE TEMP TABLE hit AS
WITH apart AS MATERIALIZED (
    SELECT line, kind, hi, lo
    FROM read_parquet($keys) AS k
    WHERE NOT EXISTS (
        SELECT 1 FROM crowd AS c WHERE c.hi = k.hi AND c.lo = k.lo AND c.kind = k.kind & 7
    )
)
SELECT k.line, k.kind & 7 AS kind, k.kind > 7 AS searched, k.hi, i.person_id
FROM apart AS k
JOIN read_parquet($index) AS i ON k.hi = i.hi AND k.lo = i.lo AND k.kind & 7 = i.kind
