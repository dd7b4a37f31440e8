-- One page of the lines that fit several people, each with those in doubt: how many, and the first $most after $people_after.
-- Parameters: $doubts (Parquet path), $after, $limit, $most, $people_after.
-- Reads the tables crowd_line and crowd_person. Only the people of this page's crowds are looked up.
WITH shown AS (
    SELECT line FROM read_parquet($doubts) WHERE NOT sure AND line > $after
    UNION
    SELECT line FROM crowd_line WHERE line > $after
    ORDER BY line
    LIMIT $limit
),
doubt AS (
    SELECT line, person_id FROM read_parquet($doubts) WHERE NOT sure AND line IN (SELECT line FROM shown)
    UNION
    SELECT l.line, p.person_id
    FROM crowd_line AS l
    JOIN crowd_person AS p ON p.crowd = l.crowd
    WHERE l.line IN (SELECT line FROM shown)
      AND NOT EXISTS (
          SELECT 1
          FROM read_parquet($doubts) AS d
          WHERE d.line = l.line AND d.person_id = p.person_id AND d.sure
      )
)
SELECT
    line,
    coalesce(list(person_id ORDER BY person_id) FILTER (WHERE person_id > $people_after), [])[1:$most] AS person_ids,
    count(*) AS people
FROM doubt
GROUP BY line
ORDER BY line
