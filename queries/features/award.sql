-- meaning  = "A monthly award of which at least three payments were made; its peers are those of its county and programme."
-- subject  = "award"
-- reads    = ["award", "application", "household", "payment"]
-- optional = ["application"]
-- [columns.backdated_months]
-- unit = "months"
-- least = 1.0
-- zh   = "起始月份早于审批月数"
-- en   = "months from the first month to the decision"
-- [columns.days_to_payment]
-- unit = "days"
-- least = 10.0
-- zh   = "审批至首次发放天数"
-- en   = "days from the decision to the first payment"
-- [columns.paid_share]
-- unit = "payments a month"
-- least = 0.05
-- zh   = "每月发放笔数"
-- en   = "payments a month in force"
-- [columns.largest]
-- unit = "monthly amounts"
-- least = 0.1
-- zh   = "最大一笔为月保障金额的倍数"
-- en   = "largest payment"
-- [columns.unlike_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "金额与月保障金额不同占比"
-- en   = "payments that differ from the award's amount"
-- [columns.returned_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "退回占比"
-- en   = "payments that came back"
-- [columns.accounts]
-- unit = "accounts"
-- least = 1.0
-- zh   = "收款账户数"
-- en   = "accounts paid to"
-- [columns.days_late]
-- unit = "days"
-- least = 3.0
-- zh   = "平均晚于应发日天数"
-- en   = "mean days after the due day"

WITH paid AS (
    SELECT p.award_key, count(*) AS payments, min(p.month) AS first_month, max(p.month) AS last_month, min(p.paid_on) AS first_paid_on,
           max(p.amount_fen) AS largest_fen,
           avg(CASE WHEN p.amount_fen <> a.monthly_amount_fen THEN 1.0 ELSE 0.0 END) AS unlike_share,
           avg(CASE WHEN p.status = 'returned' THEN 1.0 ELSE 0.0 END) AS returned_share,
           avg(CAST(p.paid_on - p.due_on AS DOUBLE)) AS days_late, min(p.row_id) AS row_first, max(p.row_id) AS row_last
    FROM   payment AS p
    JOIN   award   AS a ON a.award_key = p.award_key
    WHERE  a.programme IN ('dibao', 'tekun') AND a.monthly_amount_fen > 0
    GROUP  BY p.award_key
    HAVING count(*) >= 3
),
-- Counted in two steps, which can spill; sets of what is distinct cannot.
paid_into AS (
    SELECT award_key, count(*) AS accounts
    FROM   (SELECT DISTINCT award_key, account_key FROM payment WHERE award_key IS NOT NULL AND account_key IS NOT NULL) AS a
    GROUP  BY award_key
)
SELECT a.award_key AS subject_key, a.award_no AS subject_no, h.region_code,
       concat(substr(h.region_code, 1, 6), ' ', a.programme) AS peer_group,
       CAST(months_between(a.start_month, p.decided_on) AS DOUBLE) AS backdated_months,
       CAST(d.first_paid_on - p.decided_on AS DOUBLE) AS days_to_payment,
       CAST(d.payments AS DOUBLE) / (months_between(d.first_month, d.last_month) + 1) AS paid_share,
       CAST(d.largest_fen AS DOUBLE) / a.monthly_amount_fen AS largest,
       d.unlike_share, d.returned_share, CAST(i.accounts AS DOUBLE) AS accounts, d.days_late,
       a.row_id AS row_award, p.row_id AS row_application, d.row_first AS row_payment, d.row_last AS row_payment_2
FROM   award              AS a
JOIN   paid               AS d ON d.award_key = a.award_key
JOIN   household          AS h ON h.household_key = a.household_key
LEFT   JOIN paid_into     AS i ON i.award_key = a.award_key
LEFT   JOIN application   AS p ON p.application_key = a.application_key
ORDER  BY subject_no
