-- The lines that fit a crowd. Parameter: $crowd_lines (Parquet path).
CREATE TEMP TABLE crowd_line AS
SELECT line, crowd, categories, protected FROM read_parquet($crowd_lines)
