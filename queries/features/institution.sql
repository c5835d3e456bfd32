-- meaning  = "A support institution with residents; its peers are all others."
-- subject  = "institution"
-- reads    = ["institution", "institution_stay", "award_member", "award", "payment", "account"]
-- [columns.residents]
-- unit = "persons"
-- least = 1.0
-- zh   = "入住人数"
-- en   = "residents"
-- [columns.days]
-- unit = "days"
-- least = 3.0
-- zh   = "已离开者平均入住天数"
-- en   = "mean days of stays that ended"
-- [columns.left_share]
-- unit = "share of stays"
-- least = 0.05
-- zh   = "已离开占比"
-- en   = "stays that ended"
-- [columns.covered_share]
-- unit = "share of residents"
-- least = 0.05
-- zh   = "特困人员占比"
-- en   = "residents on tekun"
-- [columns.same_day_share]
-- unit = "share of stays"
-- least = 0.05
-- zh   = "同日入住占比"
-- en   = "stays that began on the most frequent day"
-- [columns.yuan_a_resident]
-- unit = "yuan a resident and month"
-- least = 50.0
-- zh   = "人均月到账金额"
-- en   = "paid into its account a resident"

WITH stay AS (
    SELECT institution_key, person_key, from_date, to_date, row_id FROM institution_stay WHERE institution_key IS NOT NULL
),
begun AS (
    SELECT institution_key, max(n) AS most FROM (SELECT institution_key, count(*) AS n FROM stay GROUP BY institution_key, from_date) AS s GROUP BY institution_key
),
tekun AS (
    SELECT DISTINCT m.person_key FROM award_member AS m JOIN award AS a ON a.award_key = m.award_key WHERE a.programme = 'tekun'
),
whole AS (
    SELECT s.institution_key, count(DISTINCT s.person_key) AS residents, count(*) AS stays,
           avg(CAST(s.to_date - s.from_date AS DOUBLE)) AS days,
           avg(CASE WHEN s.to_date IS NULL THEN 0.0 ELSE 1.0 END) AS left_share,
           avg(CASE WHEN t.person_key IS NULL THEN 0.0 ELSE 1.0 END) AS covered_share,
           min(s.row_id) AS row_first
    FROM   stay       AS s
    LEFT   JOIN tekun AS t ON t.person_key = s.person_key
    GROUP  BY s.institution_key
),
came AS (
    SELECT c.institution_key, CAST(sum(p.amount_fen) AS DOUBLE) / 100 / count(DISTINCT p.month) AS yuan
    FROM   account AS c
    JOIN   payment AS p ON p.account_key = c.account_key
    WHERE  c.institution_key IS NOT NULL AND p.status = 'paid'
    GROUP  BY c.institution_key
)
SELECT i.institution_key AS subject_key, i.institution_no AS subject_no, coalesce(i.region_code, '') AS region_code,
       CAST(w.residents AS DOUBLE) AS residents, w.days, w.left_share, w.covered_share,
       CAST(b.most AS DOUBLE) / w.stays AS same_day_share,
       coalesce(c.yuan, 0.0) / nullif(w.residents, 0) AS yuan_a_resident,
       i.row_id AS row_institution, w.row_first AS row_institution_stay
FROM   whole       AS w
JOIN   institution AS i ON i.institution_key = w.institution_key
JOIN   begun       AS b ON b.institution_key = w.institution_key
LEFT   JOIN came   AS c ON c.institution_key = w.institution_key
ORDER  BY subject_no
