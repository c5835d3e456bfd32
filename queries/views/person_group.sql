-- meaning  = "Protected groups of persons (sex, ethnicity, age at the end of the last month paid for, disability, serious illness): a row a person and `attribute`; `register` is the table without which nothing is known of it. For the fairness of models' alarms alone, never an input of a score."
-- reads    = ["identity", "person", "disability", "medical_settlement", "payment"]
-- optional = ["person", "disability", "medical_settlement"]

WITH one AS (
    SELECT i.person_key, min(p.sex) AS sex, min(p.ethnicity) AS ethnicity, min(p.birth_date) AS birth_date
    FROM   identity    AS i
    LEFT   JOIN person AS p ON p.person_key = i.person_key
    GROUP  BY i.person_key
),
afflicted AS (
    SELECT person_key, 'disability' AS attribute FROM disability WHERE person_key IS NOT NULL
    UNION
    SELECT person_key, 'illness' FROM medical_settlement WHERE serious_illness AND person_key IS NOT NULL
)
SELECT person_key, 'sex' AS attribute, coalesce(sex, '?') AS value, 'person' AS register
FROM   one
UNION  ALL
SELECT person_key, 'ethnicity', coalesce(ethnicity, '?'), 'person'
FROM   one
UNION  ALL
SELECT o.person_key, 'age', CASE WHEN o.birth_date IS NULL OR l.month IS NULL THEN '?'
                                 WHEN months_between(o.birth_date, l.month) < 192 THEN 'under 16'
                                 WHEN months_between(o.birth_date, l.month) < 720 THEN '16 to 59'
                                 ELSE '60 and over' END, 'person'
FROM   one AS o
CROSS  JOIN (SELECT max(month) AS month FROM payment) AS l
UNION  ALL
SELECT o.person_key, g.attribute, CASE WHEN a.person_key IS NULL THEN 'no' ELSE 'yes' END, g.register
FROM   one AS o
CROSS  JOIN (SELECT 'disability' AS attribute, 'disability' AS register UNION ALL SELECT 'illness', 'medical_settlement') AS g
LEFT   JOIN afflicted AS a ON a.person_key = o.person_key AND a.attribute = g.attribute
