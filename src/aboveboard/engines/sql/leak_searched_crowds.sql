-- The same of crowds. Changes the table crowd_hit.
DELETE FROM crowd_hit WHERE searched AND line IN (
    SELECT line FROM hit WHERE NOT searched
    UNION ALL
    SELECT line FROM crowd_hit WHERE NOT searched
)
