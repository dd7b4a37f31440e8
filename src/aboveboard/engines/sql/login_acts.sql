-- What a login did, each act with whose record it was. Parameters: $acts (list of Parquet paths), $owners (Parquet path).
SELECT
    a.entry_id,
    a.moment,
    a.kind,
    a.outcome,
    coalesce(a.person_id, o.person_id) AS person_id,
    a.categories,
    coalesce(a.purpose, '') AS purpose,
    coalesce(a.channel, '') AS channel,
    coalesce(a.fields, '') AS fields,
    a.export_id,
    a.handle IS NOT NULL OR a.person_id IS NOT NULL AS about_somebody
FROM read_parquet($acts) AS a
LEFT JOIN read_parquet($owners) AS o ON o.handle = a.handle
ORDER BY a.entry_id
