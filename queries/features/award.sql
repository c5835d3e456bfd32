-- meaning  = "The first award of an application for monthly aid of which at least three payments arrived; its peers are those of its county and programme."
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
-- zh   = "审批至首次发放天数（起始月份不晚于首个发放月份的不计）"
-- en   = "days from the decision to the first payment, where payments of its time were handed over"
-- [columns.paid_share]
-- unit = "payments a month"
-- least = 0.05
-- zh   = "每月发放成功笔数"
-- en   = "payments a month that arrived"
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

WITH first_award AS (
    -- A change of amount makes another award of one application: the course is that of the first.
    SELECT a.*
    FROM   award AS a
    JOIN   (SELECT application_key, min(start_month) AS start_month
            FROM   award
            WHERE  programme IN ('dibao', 'tekun') AND monthly_amount_fen > 0 AND application_key IS NOT NULL
            GROUP  BY application_key) AS f ON f.application_key = a.application_key AND f.start_month = a.start_month
    WHERE  a.programme IN ('dibao', 'tekun') AND a.monthly_amount_fen > 0 AND a.household_key IS NOT NULL
),
paid AS (
    SELECT p.award_key, sum(p.arrived) AS arrived, min(p.month) AS first_month, max(p.month) AS last_month,
           min(CASE WHEN p.arrived = 1 THEN p.paid_on END) AS first_paid_on, max(p.arrived * p.amount_fen) AS largest_fen,
           sum(p.arrived * CASE WHEN p.amount_fen <> p.monthly_amount_fen THEN 1.0 ELSE 0.0 END) / sum(p.arrived) AS unlike_share,
           1.0 - avg(p.arrived) AS returned_share, avg(p.days_late) AS days_late, min(p.row_id) AS row_first, max(p.row_id) AS row_last
    FROM   (SELECT p.award_key, p.month, p.paid_on, CAST(p.amount_fen AS DOUBLE) AS amount_fen, p.row_id, a.monthly_amount_fen,
                   CAST(p.paid_on - p.due_on AS DOUBLE) AS days_late, CASE WHEN p.status = 'returned' THEN 0.0 ELSE 1.0 END AS arrived
            FROM   payment     AS p
            JOIN   first_award AS a ON a.award_key = p.award_key) AS p
    GROUP  BY p.award_key
    HAVING sum(p.arrived) >= 3
),
-- Counted in two steps, which can spill; sets of what is distinct cannot.
paid_into AS (
    SELECT award_key, count(*) AS accounts
    FROM   (SELECT DISTINCT p.award_key, p.account_key
            FROM   payment     AS p
            JOIN   first_award AS a ON a.award_key = p.award_key
            WHERE  p.account_key IS NOT NULL AND p.status <> 'returned') AS a
    GROUP  BY award_key
),
-- What a county paid before its first delivered month is not known.
delivered AS (
    SELECT substr(h.region_code, 1, 6) AS county, min(d.first_month) AS month
    FROM   paid        AS d
    JOIN   first_award AS a ON a.award_key = d.award_key
    JOIN   household   AS h ON h.household_key = a.household_key
    GROUP  BY substr(h.region_code, 1, 6)
)
SELECT a.award_key AS subject_key, a.award_no AS subject_no, h.region_code,
       concat(substr(h.region_code, 1, 6), ' ', a.programme) AS peer_group,
       CAST(months_between(a.start_month, p.decided_on) AS DOUBLE) AS backdated_months,
       CASE WHEN a.start_month > b.month THEN CAST(d.first_paid_on - p.decided_on AS DOUBLE) END AS days_to_payment,
       d.arrived / (months_between(d.first_month, d.last_month) + 1) AS paid_share,
       d.largest_fen / a.monthly_amount_fen AS largest,
       d.unlike_share, d.returned_share, CAST(i.accounts AS DOUBLE) AS accounts, d.days_late,
       a.row_id AS row_award, p.row_id AS row_application, d.row_first AS row_payment, d.row_last AS row_payment_2
FROM   first_award        AS a
JOIN   paid               AS d ON d.award_key = a.award_key
JOIN   household          AS h ON h.household_key = a.household_key
JOIN   delivered          AS b ON b.county = substr(h.region_code, 1, 6)
LEFT   JOIN paid_into     AS i ON i.award_key = a.award_key
LEFT   JOIN application   AS p ON p.application_key = a.application_key
ORDER  BY subject_no
