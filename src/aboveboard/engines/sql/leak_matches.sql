-- Which person each line of a leaked file belongs to. Parameters: $rows, $keys, $index (Parquet paths).
--
-- 1. An e-mail address that exactly one person has decides.
-- 2. An address that several share decides only when another key of the line leaves exactly one of them ('email+').
-- 3. Without an address of ours, a customer number, then a phone, decides when exactly one person has it.
-- 4. A line that points at several people is ambiguous; one that points at nobody is a stranger's.
-- Most lines point at one person whichever way they are looked up; only the others need the careful reading.
CREATE TEMP TABLE outcome AS
WITH hit AS MATERIALIZED (
    SELECT k.line, k.kind, i.person_id
    FROM read_parquet($keys) AS k
    JOIN read_parquet($index) AS i ON k.hi = i.hi AND k.lo = i.lo AND k.kind = i.kind
),
pointed AS (
    SELECT
        line,
        min(person_id) AS first_person,
        max(person_id) AS last_person,
        bit_or(1 << kind) AS kinds
    FROM hit
    GROUP BY line
),
disputed AS (
    SELECT
        h.line,
        h.person_id,
        bool_or(h.kind = 1) AS by_email,
        bool_or(h.kind = 2) AS by_phone,
        bool_or(h.kind = 3) AS by_number
    FROM hit AS h
    JOIN pointed AS p ON p.line = h.line AND p.first_person <> p.last_person
    GROUP BY h.line, h.person_id
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
    FROM disputed
    GROUP BY line
),
decided AS (
    SELECT
        line,
        CASE
            WHEN kinds & 2 <> 0 THEN 'email'
            WHEN kinds & 8 <> 0 THEN 'customer_number'
            ELSE 'phone'
        END AS matched_by,
        first_person AS person_id
    FROM pointed
    WHERE first_person = last_person
    UNION ALL
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
