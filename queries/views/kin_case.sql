-- meaning  = "Decisions on assistance in which a member of the family, on the day of the decision, is an official (`kin` 0) or an official's relative (`kin` 1), whatever the official's term and region: a row a decision, member and term of office. Members are those of the family file, those covered by its awards (from the month before, for assistance begins the month after approval), and the head."
-- reads    = ["decision", "household", "household_member", "award_member", "official_circle"]
-- optional = ["household_member"]
-- once     = true

WITH known AS (
    SELECT DISTINCT person_key FROM official_circle
),
listed AS (
    SELECT m.household_key, m.person_key, coalesce(m.joined_on, DATE '1900-01-01') AS from_date, coalesce(m.left_on, DATE '2999-12-31') AS to_date,
           m.row_id AS row_household_member, CAST(NULL AS BIGINT) AS row_award_member, CAST(NULL AS BIGINT) AS row_household
    FROM   known            AS k
    JOIN   household_member AS m ON m.person_key = k.person_key
    UNION  ALL
    SELECT m.household_key, m.person_key, coalesce(month_add(m.from_month, -1), DATE '1900-01-01'),
           coalesce(day_add(month_after(m.to_month), -1), DATE '2999-12-31'), NULL, m.row_id, NULL
    FROM   known        AS k
    JOIN   award_member AS m ON m.person_key = k.person_key
    UNION  ALL
    SELECT h.household_key, h.head_key, DATE '1900-01-01', DATE '2999-12-31', NULL, NULL, h.row_id
    FROM   known     AS k
    JOIN   household AS h ON h.head_key = k.person_key
),
member AS (
    SELECT m.household_key, m.person_key, d.benefit, d.programme, d.application_key, d.decided_on, d.dated, d.applied_on, d.award_key,
           d.region_code, d.row_application, d.row_award,
           max(m.row_household_member) AS row_household_member, max(m.row_award_member) AS row_award_member, max(m.row_household) AS row_household
    FROM   listed   AS m
    JOIN   decision AS d ON d.household_key = m.household_key
    WHERE  d.decided_on BETWEEN m.from_date AND m.to_date
    GROUP  BY m.household_key, m.person_key, d.benefit, d.programme, d.application_key, d.decided_on, d.dated, d.applied_on, d.award_key,
              d.region_code, d.row_application, d.row_award
)
SELECT m.household_key, m.person_key, m.benefit, m.programme, m.application_key, m.decided_on, m.dated, m.award_key, m.region_code,
       m.row_application, m.row_award, m.row_household_member, m.row_award_member, m.row_household,
       c.official_key, c.official_person_key, c.region_code AS official_region_code, c.official_name, c.organisation, c.post,
       c.office_from, c.office_to, c.kin, c.relation_zh, c.relation_en, c.depth, c.degree,
       c.row_official, c.row_edge, c.row_edge_2, c.row_edge_3
FROM   member          AS m
JOIN   official_circle AS c ON c.person_key = m.person_key
WHERE  m.decided_on BETWEEN c.tie_from AND c.tie_to
