-- meaning  = "A village with at least five monthly awards, by all of them."
-- subject  = "village"
-- reads    = ["household", "award", "application"]
-- [columns.awards]
-- unit = "awards"
-- zh   = "待遇数"
-- en   = "awards"
-- [columns.same_amount_share]
-- unit = "share of awards"
-- zh   = "同一金额占比"
-- en   = "awards of the most frequent amount"
-- [columns.same_start_share]
-- unit = "share of awards"
-- zh   = "同月开始占比"
-- en   = "awards that began in the most frequent month"
-- [columns.single_share]
-- unit = "share of awards"
-- zh   = "单人保占比"
-- en   = "awards of one person"
-- [columns.round_share]
-- unit = "share of awards"
-- zh   = "整百元金额占比"
-- en   = "amounts of whole hundreds of yuan"
-- [columns.no_income_share]
-- unit = "share of awards"
-- zh   = "申报零收入占比"
-- en   = "applications that declare no income"

WITH line AS (
    SELECT h.region_code, a.award_key, a.monthly_amount_fen, a.start_month, a.persons, p.declared_income_fen
    FROM   award            AS a
    JOIN   household        AS h ON h.household_key = a.household_key
    LEFT   JOIN application AS p ON p.application_key = a.application_key
    WHERE  a.programme IN ('dibao', 'tekun') AND a.monthly_amount_fen > 0 AND h.region_code IS NOT NULL
),
amount AS (
    SELECT region_code, max(n) AS most FROM (SELECT region_code, count(*) AS n FROM line GROUP BY region_code, monthly_amount_fen) AS a GROUP BY region_code
),
start AS (
    SELECT region_code, max(n) AS most FROM (SELECT region_code, count(*) AS n FROM line GROUP BY region_code, start_month) AS s GROUP BY region_code
),
whole AS (
    SELECT region_code, count(*) AS awards,
           avg(CASE WHEN persons = 1 THEN 1.0 ELSE 0.0 END) AS single_share,
           avg(CASE WHEN monthly_amount_fen % 10000 = 0 THEN 1.0 ELSE 0.0 END) AS round_share,
           avg(CASE WHEN declared_income_fen = 0 THEN 1.0 WHEN declared_income_fen > 0 THEN 0.0 END) AS no_income_share
    FROM   line
    GROUP  BY region_code
    HAVING count(*) >= 5
)
SELECT w.region_code AS subject_no, w.region_code,
       CAST(w.awards AS DOUBLE) AS awards,
       CAST(a.most AS DOUBLE) / w.awards AS same_amount_share,
       CAST(s.most AS DOUBLE) / w.awards AS same_start_share,
       w.single_share, w.round_share, w.no_income_share
FROM   whole  AS w
JOIN   amount AS a ON a.region_code = w.region_code
JOIN   start  AS s ON s.region_code = w.region_code
ORDER  BY subject_no
