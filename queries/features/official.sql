-- meaning  = "An official who approved or refused at least ten applications."
-- subject  = "official"
-- reads    = ["official", "application", "award"]
-- [columns.decisions]
-- unit = "decisions"
-- zh   = "审批件数"
-- en   = "decisions"
-- [columns.approved_share]
-- unit = "share of decisions"
-- zh   = "批准占比"
-- en   = "approvals"
-- [columns.days]
-- unit = "days"
-- zh   = "申请至审批平均天数"
-- en   = "mean days from application to decision"
-- [columns.hurried_share]
-- unit = "share of decisions"
-- zh   = "受理后三日内审批占比"
-- en   = "decisions within three days of the application"
-- [columns.amount]
-- unit = "yuan a person and month"
-- zh   = "批准人均月保障金额"
-- en   = "amount granted a person"

WITH granted AS (
    SELECT application_key, avg(CAST(monthly_amount_fen AS DOUBLE) / persons / 100) AS amount
    FROM   award
    WHERE  persons > 0 AND programme IN ('dibao', 'tekun')
    GROUP  BY application_key
),
decided AS (
    SELECT p.approver_key, count(*) AS decisions,
           avg(CASE WHEN p.decision = 'approved' THEN 1.0 WHEN p.decision IS NOT NULL THEN 0.0 END) AS approved_share,
           avg(CAST(p.decided_on - p.applied_on AS DOUBLE)) AS days,
           avg(CASE WHEN CAST(p.decided_on - p.applied_on AS BIGINT) <= 3 THEN 1.0 WHEN p.decided_on IS NOT NULL THEN 0.0 END) AS hurried_share,
           avg(g.amount) AS amount
    FROM   application  AS p
    LEFT   JOIN granted AS g ON g.application_key = p.application_key
    WHERE  p.approver_key IS NOT NULL AND p.decided_on IS NOT NULL
    GROUP  BY p.approver_key
    HAVING count(*) >= 10
)
SELECT o.official_no AS subject_no, o.region_code, CAST(d.decisions AS DOUBLE) AS decisions, d.approved_share, d.days, d.hurried_share, d.amount
FROM   decided  AS d
JOIN   official AS o ON o.official_key = d.approver_key
ORDER  BY subject_no
