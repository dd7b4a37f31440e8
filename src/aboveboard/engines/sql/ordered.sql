-- One page of exposed people, by severity or by number. Parameters: $exposure, $limit; filters as in page.sql, and $person_id;
-- $chosen: whether only those in the table chosen, or only the others, or NULL for all.
-- $by_severity and $by_number: 1 rising, -1 falling, 0 not at all; the page begins after $after_severity, $after_number, both already
-- multiplied so; NULL begins at the beginning.
SELECT person_id, categories, protected, jurisdiction, channel, language, severity, certain, probable
FROM exposure_set($exposure)
WHERE ($severity IS NULL OR severity >= $severity)
  AND ($band IS NULL OR severity = $band)
  AND ($jurisdiction IS NULL OR jurisdiction = $jurisdiction)
  AND ($country IS NULL OR jurisdiction = $country OR starts_with(jurisdiction, $country || '-'))
  AND ($channel IS NULL OR channel = $channel)
  AND ($language IS NULL OR language = $language)
  AND ($certainty IS NULL OR certainty = $certainty)
  AND ($categories IS NULL OR categories & $categories <> 0)
  AND ($person_id IS NULL OR person_id = $person_id)
  AND ($chosen IS NULL OR (person_id IN (SELECT person_id FROM chosen)) = $chosen)
  AND ($after_number IS NULL OR severity * $by_severity > $after_severity
       OR (severity * $by_severity = $after_severity AND person_id * $by_number > $after_number))
ORDER BY severity * $by_severity, person_id * $by_number
LIMIT $limit
