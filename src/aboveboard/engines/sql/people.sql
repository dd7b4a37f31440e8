-- These people of an exposure set. Parameters: $exposure, $ids (list of BIGINT).
SELECT person_id, categories, protected, jurisdiction, channel, language, severity, certain, probable
FROM exposure_set($exposure)
WHERE person_id IN (SELECT unnest(CAST($ids AS BIGINT[])))
