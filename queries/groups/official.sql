-- meaning  = "Protected groups of officials, those of the person."
-- reads    = ["official", "person_group"]

SELECT o.official_no AS subject_no, g.attribute, g.value, g.register
FROM   (SELECT official_key, min(official_no) AS official_no, min(person_key) AS person_key FROM official GROUP BY official_key) AS o
JOIN   person_group AS g ON g.person_key = o.person_key
