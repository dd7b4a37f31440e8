-- Whom the keys of each line lead to. Parameters: $keys, $index (Parquet paths).
--
-- A key with 8 added to its kind was found by searching a text. Half of a digest (hi) tells the keys of one line apart.
-- Most lines lead to one person whichever way they are looked up; only the others need the careful reading.
CREATE TEMP TABLE hit AS
SELECT k.line, k.kind & 7 AS kind, k.kind > 7 AS searched, k.hi, i.person_id
FROM read_parquet($keys) AS k
JOIN read_parquet($index) AS i ON k.hi = i.hi AND k.lo = i.lo AND k.kind & 7 = i.kind
