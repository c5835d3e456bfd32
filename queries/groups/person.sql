-- meaning  = "Protected groups of covered persons."
-- reads    = ["identity", "award_member", "person_group"]

SELECT i.id_number AS subject_no, g.attribute, g.value, g.register
FROM   (SELECT DISTINCT person_key FROM award_member WHERE person_key IS NOT NULL) AS m
JOIN   identity     AS i ON i.person_key = m.person_key
JOIN   person_group AS g ON g.person_key = m.person_key
WHERE  i.id_number IS NOT NULL
