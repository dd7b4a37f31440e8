-- An exposure set read back to be judged anew. Parameter: $exposure (Parquet path).
CREATE TEMP TABLE exposed AS
SELECT person_id, categories, protected, certain, probable, jurisdiction, channel, language
FROM exposure_set($exposure);
