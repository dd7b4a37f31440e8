-- Which person each line of a leaked file belongs to. Parameters: $rows, $keys, $index (Parquet paths).
--
-- 1. An e-mail address that exactly one person has decides.
-- 2. An address that several share decides only when another key of the line leaves exactly one of them ('email+').
-- 3. Without an address of ours, a customer number, then a phone, decides when exactly one person has it.
-- 4. A line that points at several people is ambiguous; one that points at nobody is a stranger's.
CREATE TEMP TABLE outcome AS
WITH hit AS (
    SELECT DISTINCT k.line, k.kind, i.person_id
    FROM read_parquet($keys) AS k
    JOIN read_parquet($index) AS i ON k.hi = i.hi AND k.lo = i.lo AND k.kind = i.kind
),
pointed AS (
    SELECT
        line,
        person_id,
        bool_or(kind = 1) AS by_email,
        bool_or(kind = 2) AS by_phone,
        bool_or(kind = 3) AS by_number
    FROM hit
    GROUP BY line, person_id
),
judged AS (
    SELECT
        line,
        count(*) FILTER (by_email) AS emails,
        min(person_id) FILTER (by_email) AS email_person,
        count(*) FILTER (by_email AND (by_phone OR by_number)) AS narrowed,
        min(person_id) FILTER (by_email AND (by_phone OR by_number)) AS narrowed_person,
        count(*) FILTER (by_number) AS numbers,
        min(person_id) FILTER (by_number) AS number_person,
        count(*) FILTER (by_phone) AS phones,
        min(person_id) FILTER (by_phone) AS phone_person
    FROM pointed
    GROUP BY line
),
decided AS (
    SELECT
        line,
        CASE
            WHEN emails = 1 THEN 'email'
            WHEN emails > 1 AND narrowed = 1 THEN 'email+'
            WHEN emails > 1 THEN ''
            WHEN numbers = 1 THEN 'customer_number'
            WHEN numbers > 1 THEN ''
            WHEN phones = 1 THEN 'phone'
            ELSE ''
        END AS matched_by,
        CASE matched_by
            WHEN 'email' THEN email_person
            WHEN 'email+' THEN narrowed_person
            WHEN 'customer_number' THEN number_person
            WHEN 'phone' THEN phone_person
        END AS person_id
    FROM judged
)
SELECT
    r.line,
    r.categories,
    r.protected,
    CASE
        WHEN d.line IS NULL THEN 'stranger'
        WHEN d.person_id IS NULL THEN 'ambiguous'
        ELSE 'matched'
    END AS outcome,
    coalesce(d.matched_by, '') AS matched_by,
    d.person_id
FROM read_parquet($rows) AS r
LEFT JOIN decided AS d ON d.line = r.line;
