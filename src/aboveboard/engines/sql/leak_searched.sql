-- A key that was found by searching a text counts only where no other key of the line leads to anybody. Changes the
-- table hit.
DELETE FROM hit WHERE searched AND line IN (
    SELECT line FROM hit WHERE NOT searched
    UNION ALL
    SELECT line FROM crowd_hit WHERE NOT searched
)
