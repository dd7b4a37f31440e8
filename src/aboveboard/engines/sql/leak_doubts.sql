-- The doubts file: each line that fits several people, with each of them, whoever is sure among them too.
SELECT s.line, s.person_id, s.sure, o.categories, o.protected
FROM several AS s
JOIN outcome AS o ON o.line = s.line
ORDER BY s.line, s.person_id
