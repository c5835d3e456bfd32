-- meaning  = "An official with at least ten applications in one part, by the part with the most: approved, handled or surveyed; its peers are the officials of the same part and level."
-- subject  = "official"
-- reads    = ["official", "application", "award", "household"]
-- [columns.cases]
-- unit = "applications"
-- least = 1.0
-- zh   = "经手件数"
-- en   = "applications"
-- [columns.approved_share]
-- unit = "share of decisions"
-- least = 0.05
-- zh   = "批准占比"
-- en   = "approvals"
-- [columns.days]
-- unit = "days"
-- least = 3.0
-- zh   = "申请至审批平均天数"
-- en   = "mean days from application to decision"
-- [columns.hurried_share]
-- unit = "share of decisions"
-- least = 0.05
-- zh   = "受理后三日内审批占比"
-- en   = "decisions within three days of the application"
-- [columns.amount]
-- unit = "yuan a person and month"
-- least = 50.0
-- zh   = "批准人均月保障金额"
-- en   = "amount granted a person"
-- [columns.one_village_share]
-- unit = "share of applications"
-- least = 0.05
-- zh   = "最多一村所占比例"
-- en   = "applications of the most frequent village"
-- [columns.no_income_share]
-- unit = "share of applications"
-- least = 0.05
-- zh   = "申报零收入占比"
-- en   = "applications that declare no income"

WITH part AS (
    SELECT approver_key AS official_key, 'approved' AS part, application_key, household_key, decision, decided_on, applied_on, declared_income_fen, row_id
    FROM   application
    WHERE  approver_key IS NOT NULL
    UNION  ALL
    SELECT handler_key, 'handled', application_key, household_key, decision, decided_on, applied_on, declared_income_fen, row_id
    FROM   application
    WHERE  handler_key IS NOT NULL
    UNION  ALL
    SELECT surveyor_1_key, 'surveyed', application_key, household_key, decision, decided_on, applied_on, declared_income_fen, row_id
    FROM   application
    WHERE  surveyor_1_key IS NOT NULL
    UNION  ALL
    SELECT surveyor_2_key, 'surveyed', application_key, household_key, decision, decided_on, applied_on, declared_income_fen, row_id
    FROM   application
    WHERE  surveyor_2_key IS NOT NULL
),
granted AS (
    SELECT application_key, avg(CAST(monthly_amount_fen AS DOUBLE) / persons / 100) AS amount
    FROM   award
    WHERE  persons > 0 AND programme IN ('dibao', 'tekun')
    GROUP  BY application_key
),
village AS (
    SELECT official_key, part, max(n) AS most
    FROM   (SELECT p.official_key, p.part, h.region_code, count(*) AS n
            FROM   part      AS p
            JOIN   household AS h ON h.household_key = p.household_key
            GROUP  BY p.official_key, p.part, h.region_code) AS v
    GROUP  BY official_key, part
),
done AS (
    SELECT p.official_key, p.part, count(*) AS cases,
           avg(CASE WHEN p.decision = 'approved' THEN 1.0 WHEN p.decision IS NOT NULL THEN 0.0 END) AS approved_share,
           avg(CAST(p.decided_on - p.applied_on AS DOUBLE)) AS days,
           avg(CASE WHEN CAST(p.decided_on - p.applied_on AS BIGINT) <= 3 THEN 1.0 WHEN p.decided_on IS NOT NULL THEN 0.0 END) AS hurried_share,
           avg(g.amount) AS amount,
           avg(CASE WHEN p.declared_income_fen = 0 THEN 1.0 WHEN p.declared_income_fen > 0 THEN 0.0 END) AS no_income_share,
           min(p.row_id) AS row_first, max(p.row_id) AS row_last
    FROM   part         AS p
    LEFT   JOIN granted AS g ON g.application_key = p.application_key
    GROUP  BY p.official_key, p.part
    HAVING count(*) >= 10
),
term AS (
    -- A row a term of office: the latest tells where the official stands.
    SELECT official_key, official_no, region_code, level, row_id,
           row_number() OVER (PARTITION BY official_key ORDER BY coalesce(to_date, DATE '2999-12-31') DESC, row_id DESC) AS nth
    FROM   official
),
most AS (
    SELECT *, row_number() OVER (PARTITION BY official_key ORDER BY cases DESC, part) AS nth FROM done
)
SELECT o.official_key AS subject_key, o.official_no AS subject_no, o.region_code, concat(d.part, ' ', coalesce(o.level, '')) AS peer_group,
       CAST(d.cases AS DOUBLE) AS cases, d.approved_share, d.days, d.hurried_share, d.amount,
       CAST(v.most AS DOUBLE) / d.cases AS one_village_share, d.no_income_share,
       o.row_id AS row_official, d.row_first AS row_application, d.row_last AS row_application_2
FROM   most         AS d
JOIN   term         AS o ON o.official_key = d.official_key AND o.nth = 1
LEFT   JOIN village AS v ON v.official_key = d.official_key AND v.part = d.part
WHERE  d.nth = 1
ORDER  BY subject_no
