-- meaning  = "How many of an official's close kin in the official's region are assisted, against what the region's coverage would give: a row an official with at least three of them. Families count, not persons, for a family is assisted as a whole: `kin_families` of the official, `kin_assisted` of those, `families` and `assisted` in the region. `chance` is the exact one-sided probability of so many, `adjusted` the same after Benjamini and Hochberg over all officials whose numbers could show anything (all their families assisted would be rarer than 5 %: Gilbert, 2005), 1 for the others; `expected` is what chance gives, `ratio` the excess drawn towards 1 where numbers are small, and `share_low` and `share_high` bound the share of such families that are assisted (Clopper and Pearson, 95 %). `relatives` and `relatives_assisted` are persons."
-- reads    = ["official", "official_circle", "person", "household_member", "award", "award_member", "payment"]
-- optional = ["person", "household_member"]
-- once     = true

WITH covered AS (
    -- Persons of a family that was paid in the window.
    SELECT m.person_key, min(a.household_key) AS household_key
    FROM   award        AS a
    JOIN   award_member AS m ON m.award_key = a.award_key
    JOIN   (SELECT DISTINCT award_key FROM payment WHERE status = 'paid' AND amount_fen > 0) AS p ON p.award_key = a.award_key
    WHERE  a.programme IN ('dibao', 'tekun') AND m.person_key IS NOT NULL
    GROUP  BY m.person_key
),
listed AS (
    SELECT person_key, min(household_key) AS household_key
    FROM   household_member
    WHERE  person_key IS NOT NULL
    GROUP  BY person_key
),
resident AS (
    -- A family is the assisted household, else the register book.
    SELECT p.person_key, p.region_code, p.row_id AS row_person, c.person_key IS NOT NULL AS person_assisted, b.household_key IS NOT NULL AS assisted,
           CASE WHEN b.household_key IS NOT NULL THEN concat('h', CAST(b.household_key AS VARCHAR))
                ELSE concat('r', coalesce(p.register_no, CAST(p.person_key AS VARCHAR))) END AS family
    FROM   person       AS p
    LEFT   JOIN covered AS c ON c.person_key = p.person_key
    LEFT   JOIN listed  AS l ON l.person_key = p.person_key
    LEFT   JOIN (SELECT DISTINCT household_key FROM covered) AS b ON b.household_key = coalesce(c.household_key, l.household_key)
),
-- Counted in steps, family by family: sets of what is distinct would not fit at a nation's size.
place AS (
    SELECT region_code, count(*) AS families, count(*) FILTER (WHERE assisted) AS assisted,
           CAST(sum(persons) AS BIGINT) AS persons, CAST(sum(persons_assisted) AS BIGINT) AS persons_assisted
    FROM   (SELECT region_code, family, assisted, count(*) AS persons, count(*) FILTER (WHERE person_assisted) AS persons_assisted
            FROM   resident
            GROUP  BY region_code, family, assisted) AS f
    GROUP  BY region_code
),
level AS (
    SELECT 0 AS digits UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 6 UNION ALL SELECT 9 UNION ALL SELECT 12
),
term AS (
    -- One term a person and region: the last.
    SELECT official_key, person_key, region_code, row_id AS row_official,
           local_text(region_code, 'kin_depth', coalesce(to_date, (SELECT max(month) FROM payment))) = 'extended' AS extended,
           row_number() OVER (PARTITION BY person_key, region_code ORDER BY coalesce(to_date, DATE '2999-12-31') DESC, official_key) AS nth
    FROM   official
    WHERE  person_key IS NOT NULL AND coalesce(to_date, DATE '2999-12-31') >= (SELECT min(month) FROM payment)
),
own AS (
    SELECT t.region_code AS official_region, sum(u.families) AS families, sum(u.assisted) AS assisted, sum(u.persons) AS persons, sum(u.persons_assisted) AS persons_assisted
    FROM   (SELECT DISTINCT region_code, region_prefix(region_code) AS prefix FROM term) AS t
    JOIN   (SELECT substr(p.region_code, 1, l.digits) AS prefix, p.* FROM place AS p CROSS JOIN level AS l) AS u ON u.prefix = t.prefix
    GROUP  BY t.region_code
),
related AS (
    SELECT DISTINCT t.official_key, r.person_key, r.family, r.assisted, r.person_assisted
    FROM   term            AS t
    JOIN   official_circle AS c ON c.official_key = t.official_key AND c.kin = 1 AND (c.depth = 'close' OR (c.depth = 'extended' AND t.extended))
    JOIN   resident        AS r ON r.person_key = c.person_key AND region_contains(t.region_code, r.region_code)
    WHERE  t.nth = 1 AND c.tie_to >= (SELECT min(month) FROM payment)
),
counted AS (
    SELECT official_key, CAST(sum(persons) AS BIGINT) AS relatives, CAST(sum(persons_assisted) AS BIGINT) AS relatives_assisted,
           count(*) AS kin_families, count(*) FILTER (WHERE assisted) AS kin_assisted
    FROM   (SELECT official_key, family, assisted, count(*) AS persons, count(*) FILTER (WHERE person_assisted) AS persons_assisted
            FROM   related
            GROUP  BY official_key, family, assisted) AS f
    GROUP  BY official_key
    HAVING sum(persons) >= 3
),
tested AS (
    SELECT c.*, t.person_key, t.region_code, t.row_official, CAST(o.families AS BIGINT) AS families, CAST(o.assisted AS BIGINT) AS assisted,
           CAST(o.persons AS BIGINT) AS persons, CAST(o.persons_assisted AS BIGINT) AS persons_assisted,
           c.kin_families * CAST(o.assisted AS DOUBLE) / o.families AS expected,
           hypergeometric_tail(CAST(o.families AS BIGINT), CAST(o.assisted AS BIGINT), c.kin_families, c.kin_assisted) AS chance,
           hypergeometric_tail(CAST(o.families AS BIGINT), CAST(o.assisted AS BIGINT), c.kin_families, c.kin_families) <= 0.05 AS telling
    FROM   counted AS c
    JOIN   term    AS t ON t.official_key = c.official_key AND t.nth = 1
    JOIN   own     AS o ON o.official_region = t.region_code
),
ranked AS (
    SELECT *, CASE WHEN telling THEN chance * count(*) OVER (PARTITION BY telling)
                                     / row_number() OVER (PARTITION BY telling ORDER BY chance, official_key) ELSE 1.0 END AS step,
           row_number() OVER (ORDER BY CASE WHEN telling THEN 0 ELSE 1 END, chance, official_key) AS nth
    FROM   tested
)
SELECT official_key, person_key, region_code, relatives, relatives_assisted, kin_families, kin_assisted, families, assisted,
       persons, persons_assisted, expected, chance, least(1.0, min(step) OVER (ORDER BY nth DESC)) AS adjusted,
       (kin_assisted + 1) / (expected + 1) AS ratio,
       clopper_pearson_low(kin_assisted, kin_families) AS share_low, clopper_pearson_high(kin_assisted, kin_families) AS share_high, row_official
FROM   ranked
