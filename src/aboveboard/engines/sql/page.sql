-- One page of exposed people, rising person_id. Parameters: $exposure, $after, $limit; a filter that is NULL lets all pass.
SELECT person_id, categories, protected, jurisdiction, channel, language, severity, certain, probable
FROM exposure_set($exposure)
WHERE person_id > $after
  AND ($severity IS NULL OR severity >= $severity)
  AND ($band IS NULL OR severity = $band)
  AND ($jurisdiction IS NULL OR jurisdiction = $jurisdiction)
  AND ($country IS NULL OR jurisdiction = $country OR starts_with(jurisdiction, $country || '-'))
  AND ($channel IS NULL OR channel = $channel)
  AND ($language IS NULL OR language = $language)
  AND ($certainty IS NULL OR certainty = $certainty)
  AND ($categories IS NULL OR categories & $categories <> 0)
ORDER BY person_id
LIMIT $limit
