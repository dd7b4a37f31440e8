-- One page of the lines that fit several people, each with those in doubt. Parameters: $doubts, $after, $limit.
SELECT line, list(person_id ORDER BY person_id) AS person_ids
FROM read_parquet($doubts)
WHERE NOT sure AND line > $after
GROUP BY line
ORDER BY line
LIMIT $limit
