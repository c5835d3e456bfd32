-- meaning  = "Protected groups of households, by head (sex, ethnicity, age at the end of the last month paid for) and members (disability, serious illness): a row a household and `attribute`; `register` is the table without which nothing is known of it. For the fairness of models' alarms alone, never an input of a score."
-- reads    = ["household", "person", "household_member", "disability", "medical_settlement", "payment"]
-- optional = ["person", "household_member", "disability", "medical_settlement"]

WITH head AS (
    SELECT h.household_key, min(p.sex) AS sex, min(p.ethnicity) AS ethnicity, min(p.birth_date) AS birth_date
    FROM   household   AS h
    LEFT   JOIN person AS p ON p.person_key = h.head_key
    GROUP  BY h.household_key
),
afflicted AS (
    SELECT person_key, 'disability' AS attribute FROM disability WHERE person_key IS NOT NULL
    UNION
    SELECT person_key, 'illness' FROM medical_settlement WHERE serious_illness AND person_key IS NOT NULL
)
SELECT household_key, 'sex' AS attribute, coalesce(sex, '?') AS value, 'person' AS register
FROM   head
UNION  ALL
SELECT household_key, 'ethnicity', coalesce(ethnicity, '?'), 'person'
FROM   head
UNION  ALL
SELECT h.household_key, 'age', CASE WHEN h.birth_date IS NULL OR l.month IS NULL THEN '?'
                                   WHEN months_between(h.birth_date, l.month) < 192 THEN 'under 16'
                                   WHEN months_between(h.birth_date, l.month) < 720 THEN '16 to 59'
                                   ELSE '60 and over' END, 'person'
FROM   head AS h
CROSS  JOIN (SELECT max(month) AS month FROM payment) AS l
UNION  ALL
SELECT h.household_key, g.attribute, CASE WHEN a.household_key IS NULL THEN 'no' ELSE 'yes' END, g.register
FROM   head AS h
CROSS  JOIN (SELECT 'disability' AS attribute, 'disability' AS register UNION ALL SELECT 'illness', 'medical_settlement') AS g
LEFT   JOIN (SELECT DISTINCT m.household_key, x.attribute FROM household_member AS m JOIN afflicted AS x ON x.person_key = m.person_key) AS a
       ON a.household_key = h.household_key AND a.attribute = g.attribute
