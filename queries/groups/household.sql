-- meaning  = "Protected groups of households, by their heads and members: for the fairness of a model's alarms alone, never an input of one."
-- reads    = ["household", "person", "household_member", "disability"]

SELECT h.household_no AS subject_no, 'sex' AS attribute, coalesce(i.sex, '?') AS value
FROM   household AS h
LEFT   JOIN (SELECT person_key, min(sex) AS sex, min(ethnicity) AS ethnicity FROM person GROUP BY person_key) AS i ON i.person_key = h.head_key
UNION  ALL
SELECT h.household_no, 'ethnicity', coalesce(i.ethnicity, '?')
FROM   household AS h
LEFT   JOIN (SELECT person_key, min(sex) AS sex, min(ethnicity) AS ethnicity FROM person GROUP BY person_key) AS i ON i.person_key = h.head_key
UNION  ALL
SELECT h.household_no, 'disability', CASE WHEN d.household_key IS NULL THEN 'no' ELSE 'yes' END
FROM   household AS h
LEFT   JOIN (SELECT DISTINCT m.household_key FROM household_member AS m JOIN disability AS x ON x.person_key = m.person_key) AS d
       ON d.household_key = h.household_key
