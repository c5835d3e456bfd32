-- meaning  = "Decisions on assistance in which a member of the family, on the day of the decision, is an official (`kin` 0) or an official's relative (`kin` 1), whatever the official's term and region: a row a decision, member and term of office, by the closest kinship of that day. Members are those of the family file, those covered by its awards (from the month before, for assistance begins the month after approval), and the head."
-- reads    = ["decision", "household", "household_member", "award_member", "official_circle"]
-- optional = ["household_member"]
-- once     = true

WITH listed AS (
    SELECT household_key, person_key, coalesce(joined_on, DATE '1900-01-01') AS from_date, coalesce(left_on, DATE '2999-12-31') AS to_date,
           row_id AS row_household_member, CAST(NULL AS BIGINT) AS row_award_member, CAST(NULL AS BIGINT) AS row_household
    FROM   household_member
    UNION  ALL
    SELECT household_key, person_key, coalesce(month_add(from_month, -1), DATE '1900-01-01'),
           coalesce(day_add(month_after(to_month), -1), DATE '2999-12-31'), NULL, row_id, NULL
    FROM   award_member
    UNION  ALL
    SELECT household_key, head_key, DATE '1900-01-01', DATE '2999-12-31', NULL, NULL, row_id
    FROM   household
),
met AS (
    SELECT m.household_key, m.person_key, d.benefit, d.programme, d.application_key, d.decided_on, d.dated, d.award_key, d.region_code,
           d.row_application, d.row_award,
           max(m.row_household_member) AS row_household_member, max(m.row_award_member) AS row_award_member, max(m.row_household) AS row_household,
           c.official_key, c.official_person_key, c.region_code AS official_region_code,
           c.office_from, c.office_to, c.kin, c.relation_zh, c.relation_en, c.depth, c.degree,
           c.row_official, c.row_edge, c.row_edge_2, c.row_edge_3, c.row_edge_4, c.row_edge_5
    FROM   official_circle AS c
    JOIN   listed          AS m ON m.person_key = c.person_key
    JOIN   decision        AS d ON d.household_key = m.household_key
    WHERE  d.decided_on BETWEEN m.from_date AND m.to_date AND d.decided_on BETWEEN c.tie_from AND c.tie_to
    GROUP  BY m.household_key, m.person_key, d.benefit, d.programme, d.application_key, d.decided_on, d.dated, d.award_key, d.region_code,
              d.row_application, d.row_award,
              c.official_key, c.official_person_key, c.region_code, c.office_from, c.office_to, c.kin, c.relation_zh, c.relation_en, c.depth, c.degree,
              c.row_official, c.row_edge, c.row_edge_2, c.row_edge_3, c.row_edge_4, c.row_edge_5
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY household_key, person_key, programme, benefit, official_key, row_official
                                 ORDER BY depth, degree, relation_en, row_edge, row_edge_2, row_edge_3, row_edge_4, row_edge_5) AS nth
    FROM   met
)
SELECT household_key, person_key, benefit, programme, application_key, decided_on, dated, award_key, region_code,
       row_application, row_award, row_household_member, row_award_member, row_household,
       official_key, official_person_key, official_region_code, office_from, office_to, kin, relation_zh, relation_en, depth, degree,
       row_official, row_edge, row_edge_2, row_edge_3, row_edge_4, row_edge_5
FROM   ranked
WHERE  nth = 1
