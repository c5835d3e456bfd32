-- meaning  = "Protected groups of households, by head (sex, ethnicity, age at the end of the last month paid for) and members (disability, serious illness): a row a household and `attribute`; `register` is the table without which nothing is known of it. For the fairness of models' alarms alone, never an input of a score."
-- reads    = ["household", "household_member", "person_group"]
-- optional = ["household_member"]

WITH home AS (
    SELECT household_key, min(head_key) AS head_key FROM household GROUP BY household_key
),
asked AS (
    SELECT h.household_key, h.head_key, g.attribute, g.register
    FROM   home AS h
    CROSS  JOIN (SELECT DISTINCT attribute, register FROM person_group) AS g
)
SELECT a.household_key, a.attribute, coalesce(g.value, '?') AS value, a.register
FROM   asked AS a
LEFT   JOIN person_group AS g ON g.person_key = a.head_key AND g.attribute = a.attribute
WHERE  a.attribute IN ('sex', 'ethnicity', 'age')
UNION  ALL
SELECT a.household_key, a.attribute, CASE WHEN m.household_key IS NULL THEN 'no' ELSE 'yes' END, a.register
FROM   asked AS a
LEFT   JOIN (SELECT DISTINCT m.household_key, g.attribute
             FROM   household_member AS m
             JOIN   person_group     AS g ON g.person_key = m.person_key AND g.value = 'yes') AS m
       ON m.household_key = a.household_key AND m.attribute = a.attribute
WHERE  a.attribute IN ('disability', 'illness')
