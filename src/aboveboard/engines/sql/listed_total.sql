-- How many people a file of listed people has, and all that was exposed of them. Parameter: $people (Parquet path).
SELECT count(*), coalesce(bit_or(categories), 0)
FROM read_parquet($people)
