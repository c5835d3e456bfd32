-- meaning  = "Protected groups of covered persons; age is that of the end of the last month paid for. For the fairness of a model's alarms alone, never an input of one."
-- reads    = ["identity", "person", "award_member", "payment", "disability", "medical_settlement"]

WITH covered AS (
    SELECT i.person_key, min(i.id_number) AS subject_no, min(p.sex) AS sex, min(p.ethnicity) AS ethnicity, min(p.birth_date) AS birth_date
    FROM   (SELECT DISTINCT person_key FROM award_member WHERE person_key IS NOT NULL) AS m
    JOIN   identity    AS i ON i.person_key = m.person_key
    LEFT   JOIN person AS p ON p.person_key = m.person_key
    WHERE  i.id_number IS NOT NULL
    GROUP  BY i.person_key
)
SELECT subject_no, 'sex' AS attribute, coalesce(sex, '?') AS value, 'person' AS register
FROM   covered
UNION  ALL
SELECT subject_no, 'ethnicity', coalesce(ethnicity, '?'), 'person'
FROM   covered
UNION  ALL
SELECT c.subject_no, 'age', CASE WHEN c.birth_date IS NULL OR l.month IS NULL THEN '?'
                                 WHEN months_between(c.birth_date, l.month) < 192 THEN 'under 16'
                                 WHEN months_between(c.birth_date, l.month) < 720 THEN '16 to 59'
                                 ELSE '60 and over' END, 'person'
FROM   covered AS c
CROSS  JOIN (SELECT max(month) AS month FROM payment) AS l
UNION  ALL
SELECT c.subject_no, 'disability', CASE WHEN d.person_key IS NULL THEN 'no' ELSE 'yes' END, 'disability'
FROM   covered AS c
LEFT   JOIN (SELECT DISTINCT person_key FROM disability WHERE person_key IS NOT NULL) AS d ON d.person_key = c.person_key
UNION  ALL
SELECT c.subject_no, 'illness', CASE WHEN m.person_key IS NULL THEN 'no' ELSE 'yes' END, 'medical_settlement'
FROM   covered AS c
LEFT   JOIN (SELECT DISTINCT person_key FROM medical_settlement WHERE serious_illness AND person_key IS NOT NULL) AS m
       ON m.person_key = c.person_key
