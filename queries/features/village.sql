-- meaning  = "A village with at least five monthly awards, by all of them; its peers are the villages of its county."
-- subject  = "village"
-- reads    = ["household", "award", "application"]
-- optional = ["application"]
-- [columns.awards]
-- unit = "awards"
-- least = 1.0
-- zh   = "待遇数"
-- en   = "awards"
-- [columns.same_start_share]
-- unit = "share of awards"
-- least = 0.05
-- zh   = "同月开始占比"
-- en   = "awards that began in the most frequent month"
-- [columns.one_person_share]
-- unit = "share of awards"
-- least = 0.05
-- zh   = "单人保占比"
-- en   = "awards of one person"
-- [columns.no_income_share]
-- unit = "share of awards"
-- least = 0.05
-- zh   = "申报零收入占比"
-- en   = "applications that declare no income"
-- [columns.no_application_share]
-- unit = "share of awards"
-- least = 0.05
-- zh   = "无申请记录占比"
-- en   = "awards without an application"

WITH line AS (
    SELECT h.region_code, a.award_key, a.start_month, a.persons, p.declared_income_fen, a.application_key, a.row_id
    FROM   award            AS a
    JOIN   household        AS h ON h.household_key = a.household_key
    LEFT   JOIN application AS p ON p.application_key = a.application_key
    WHERE  a.programme IN ('dibao', 'tekun') AND a.monthly_amount_fen > 0 AND h.region_code IS NOT NULL
),
start AS (
    SELECT region_code, max(n) AS most FROM (SELECT region_code, count(*) AS n FROM line GROUP BY region_code, start_month) AS s GROUP BY region_code
),
whole AS (
    SELECT region_code, count(*) AS awards,
           avg(CASE WHEN persons = 1 THEN 1.0 ELSE 0.0 END) AS one_person_share,
           avg(CASE WHEN declared_income_fen = 0 THEN 1.0 WHEN declared_income_fen > 0 THEN 0.0 END) AS no_income_share,
           avg(CASE WHEN application_key IS NULL THEN 1.0 ELSE 0.0 END) AS no_application_share,
           min(row_id) AS row_first, max(row_id) AS row_last
    FROM   line
    GROUP  BY region_code
    HAVING count(*) >= 5
)
SELECT w.region_code AS subject_key, w.region_code AS subject_no, w.region_code, substr(w.region_code, 1, 6) AS peer_group,
       CAST(w.awards AS DOUBLE) AS awards,
       CAST(s.most AS DOUBLE) / w.awards AS same_start_share,
       w.one_person_share, w.no_income_share, w.no_application_share,
       w.row_first AS row_award, w.row_last AS row_award_2
FROM   whole AS w
JOIN   start AS s ON s.region_code = w.region_code
ORDER  BY subject_no
