-- Which crowds the keys of each line lead to. Parameter: $keys (Parquet path). Reads the table crowd.
CREATE TEMP TABLE crowd_hit AS
SELECT DISTINCT k.line, k.kind & 7 AS kind, k.kind > 7 AS searched, c.crowd
FROM read_parquet($keys) AS k
JOIN crowd AS c ON k.hi = c.hi AND k.lo = c.lo AND k.kind & 7 = c.kind
