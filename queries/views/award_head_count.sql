-- meaning  = "Persons among whom an award's money is shared: the award's own number, else the persons it covers."
-- reads    = ["award", "award_member"]

SELECT award_key, CAST(persons AS BIGINT) AS head_count
FROM   award
WHERE  persons > 0
UNION  ALL
SELECT a.award_key, count(DISTINCT m.person_key) AS head_count
FROM   award        AS a
JOIN   award_member AS m ON m.award_key = a.award_key
WHERE  coalesce(a.persons, 0) <= 0
GROUP  BY a.award_key
