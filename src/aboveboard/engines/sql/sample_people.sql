-- The first $most people, by number, of each combination that is told the same. Parameters: $exposure (Parquet path), $severity, $most.
SELECT jurisdiction, language, categories, protected, min(person_id, $most) AS person_ids
FROM exposure_set($exposure)
WHERE severity >= $severity
GROUP BY ALL
