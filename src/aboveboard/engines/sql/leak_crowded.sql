-- The lines that may be of anybody in a crowd (rules 3 and 4 of leak_several). Reads the tables named, judged and explained.
CREATE TEMP TABLE crowded AS
SELECT DISTINCT n.line, unnest(n.crowds) AS crowd
FROM named AS n
WHERE len(n.crowds) > 0
  AND NOT (n.kind = 2 AND n.line IN (SELECT line FROM explained))
  AND NOT EXISTS (
      SELECT 1
      FROM judged AS j
      WHERE j.line = n.line
        AND j.kind = n.kind
        AND j.owners = n.owners
        AND j.crowds = n.crowds
        AND j.narrowed_to = 1
  )
