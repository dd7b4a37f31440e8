-- Who is in each crowd. Parameter: $crowds (Parquet path).
CREATE TEMP TABLE crowd_person AS
SELECT crowd, person_id FROM read_parquet($crowds)
