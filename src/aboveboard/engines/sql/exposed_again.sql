-- An exposure set read back to be judged anew. Parameter: $exposure (Parquet path).
CREATE TEMP TABLE exposed AS
SELECT person_id, categories, protected, jurisdiction, channel, language
FROM read_parquet($exposure);
