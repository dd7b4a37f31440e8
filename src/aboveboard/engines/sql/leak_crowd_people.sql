-- The people of each crowd. Reads the table crowd.
CREATE TEMP TABLE crowd_person AS
SELECT crowd, unnest(owners) AS person_id
FROM (SELECT DISTINCT crowd, owners FROM crowd)
