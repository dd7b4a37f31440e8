-- The same people with the bands of the table band.
SELECT
    e.person_id,
    e.categories,
    e.protected,
    e.jurisdiction,
    e.channel,
    e.language,
    b.severity,
    e.certain,
    e.probable
FROM exposed AS e
JOIN band AS b ON b.categories = e.categories AND b.protected = e.protected
ORDER BY e.person_id
