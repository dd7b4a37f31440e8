-- The next people by number about whom one of these was decided. Parameters: $decided (Parquet path), $decisions (list), $after, $limit.
SELECT person_id, decision
FROM read_parquet($decided)
WHERE person_id > $after AND list_contains($decisions::UTINYINT[], decision)
ORDER BY person_id
LIMIT $limit
