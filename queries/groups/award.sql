-- meaning  = "Protected groups of awards, those of their households: for the fairness of a model's alarms alone, never an input of one."
-- reads    = ["award", "household", "person", "household_member", "disability"]

WITH head AS (
    SELECT person_key, min(sex) AS sex, min(ethnicity) AS ethnicity FROM person GROUP BY person_key
)
SELECT a.award_no AS subject_no, 'sex' AS attribute, coalesce(i.sex, '?') AS value
FROM   award     AS a
JOIN   household AS h ON h.household_key = a.household_key
LEFT   JOIN head AS i ON i.person_key = h.head_key
UNION  ALL
SELECT a.award_no, 'ethnicity', coalesce(i.ethnicity, '?')
FROM   award     AS a
JOIN   household AS h ON h.household_key = a.household_key
LEFT   JOIN head AS i ON i.person_key = h.head_key
UNION  ALL
SELECT a.award_no, 'disability', CASE WHEN d.household_key IS NULL THEN 'no' ELSE 'yes' END
FROM   award AS a
LEFT   JOIN (SELECT DISTINCT m.household_key FROM household_member AS m JOIN disability AS x ON x.person_key = m.person_key) AS d
       ON d.household_key = a.household_key
