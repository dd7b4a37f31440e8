-- The crowd lines file: each line that fits a crowd, once for each. Reads the tables crowded and outcome.
SELECT c.line, c.crowd, o.categories, o.protected
FROM crowded AS c
JOIN outcome AS o ON o.line = c.line
ORDER BY c.line, c.crowd
