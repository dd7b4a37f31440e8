-- One person of an exposure set, or nothing. Parameters: $exposure, $person_id.
SELECT person_id, categories, protected, jurisdiction, channel, language, severity, certain, probable
FROM exposure_set($exposure)
WHERE person_id = $person_id
