-- Everybody with a number for what the decision about one purpose depends on: people of one number are decided about alike.
-- Parameters: $facts (Parquet path), $cutoff (microseconds since 1970: what began to be kept then or before is over; NULL: nothing is).
CREATE TABLE classes AS
SELECT
    person_id,
    (unconfirmed::USMALLINT * 768
     + kept_out::USMALLINT * 192
     + held::USMALLINT * 96
     + answer::USMALLINT * 24
     + alone::USMALLINT * 12
     + CASE WHEN restricted_since IS NULL THEN 0 WHEN answered_at >= restricted_since THEN 8 ELSE 4 END
     + claim::USMALLINT * 2
     + CASE WHEN began <= $cutoff THEN 1 ELSE 0 END)::USMALLINT AS class
FROM read_parquet($facts)
