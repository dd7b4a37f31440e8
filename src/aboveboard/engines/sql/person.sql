-- One person of an exposure set, or nothing. Parameters: $exposure, $person_id.
SELECT person_id, categories, protected, jurisdiction, channel, language, severity
FROM read_parquet($exposure)
WHERE person_id = $person_id
