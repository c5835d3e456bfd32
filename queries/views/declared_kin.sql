-- meaning  = "Whom officials declared as relatives: a row a declaration and whom it names. `relative_key` is the person it names; `household_key` the family that it covers, which is one visit: of a declaration that names a member, or the household alone (`relative_key` null). One under a number that no register knows, or none, counts by the name too, for the official's relative who bears it. The official's numbers are one person's (`official_person_key`)."
-- reads    = ["relative_declaration", "official", "identity", "household_member", "award", "award_member", "official_kin"]
-- optional = ["household_member"]

WITH family AS (
    SELECT household_key, person_key FROM household_member
    UNION
    SELECT a.household_key, m.person_key FROM award_member AS m JOIN award AS a ON a.award_key = m.award_key
),
filed AS (
    SELECT d.official_key, o.person_key AS official_person_key, d.relative_key, d.relative_name, d.household_key, d.declared_on,
           d.relative_key IS NULL OR NOT coalesce(i.in_register, false) AS unread, d.row_id
    FROM   relative_declaration AS d
    JOIN   (SELECT DISTINCT official_key, person_key FROM official) AS o ON o.official_key = d.official_key
    LEFT   JOIN identity        AS i ON i.person_key = d.relative_key
)
SELECT f.official_key, f.official_person_key, f.relative_key,
       CASE WHEN f.relative_key IS NULL OR m.person_key IS NOT NULL THEN f.household_key END AS household_key,
       f.declared_on, f.row_id AS row_relative_declaration
FROM   filed       AS f
LEFT   JOIN family AS m ON m.household_key = f.household_key AND m.person_key = f.relative_key
UNION  ALL
SELECT f.official_key, f.official_person_key, k.relative_key, NULL, f.declared_on, f.row_id
FROM   filed    AS f
JOIN   (SELECT DISTINCT person_key, relative_key FROM official_kin) AS k ON k.person_key = f.official_person_key
JOIN   identity AS i ON i.person_key = k.relative_key
WHERE  f.unread AND names_match(f.relative_name, i.name)
