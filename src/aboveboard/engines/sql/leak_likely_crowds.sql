-- Digests that many people seem to share, by one person in $every: to count the owners of every digest would take as long as
-- all the rest. A crowd that is missed is matched person by person, which is as right and slower. Parameters: $index (Parquet
-- path), $most, $every.
CREATE TEMP TABLE likely AS
SELECT kind, hi, lo
FROM read_parquet($index)
WHERE hash(person_id) % CAST($every AS UBIGINT) = 0
GROUP BY kind, hi, lo
HAVING 2 * $every * count(*) > $most
