-- The exposure set by everything the law asks about. Parameter: $exposure (Parquet path).
SELECT jurisdiction, language, channel, categories, protected, severity, count(*) AS people, certainty
FROM exposure_set($exposure)
GROUP BY ALL
ORDER BY ALL
