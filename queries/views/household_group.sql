-- meaning  = "Protected groups of households, by head (sex, ethnicity) and members (disability): a row a household and `attribute`; `register` is the table without which nothing is known of it. For the fairness of models' alarms alone, never an input of a score."
-- reads    = ["household", "person", "household_member", "disability"]
-- optional = ["person", "household_member", "disability"]

WITH head AS (
    SELECT h.household_key, min(p.sex) AS sex, min(p.ethnicity) AS ethnicity
    FROM   household   AS h
    LEFT   JOIN person AS p ON p.person_key = h.head_key
    GROUP  BY h.household_key
)
SELECT household_key, 'sex' AS attribute, coalesce(sex, '?') AS value, 'person' AS register
FROM   head
UNION  ALL
SELECT household_key, 'ethnicity', coalesce(ethnicity, '?'), 'person'
FROM   head
UNION  ALL
SELECT h.household_key, 'disability', CASE WHEN d.household_key IS NULL THEN 'no' ELSE 'yes' END, 'disability'
FROM   head AS h
LEFT   JOIN (SELECT DISTINCT m.household_key FROM household_member AS m JOIN disability AS x ON x.person_key = m.person_key) AS d
       ON d.household_key = h.household_key
