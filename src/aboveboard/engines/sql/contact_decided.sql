-- Everybody with what was decided about their class. Parameter: $decisions (a list: the decision about class n stands at n + 1).
SELECT person_id, list_extract($decisions::UTINYINT[], class + 1) AS decision
FROM classes
