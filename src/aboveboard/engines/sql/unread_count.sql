-- How many lines of a leaked file could not be read. Parameter: $unread (Parquet path).
SELECT count(*) FROM read_parquet($unread)
