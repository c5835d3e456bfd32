-- id         = "e04_paid_late"
-- typology   = "E04"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "governance"
-- subject    = "award"
-- reads      = ["award", "payment", "household"]
-- columns    = ["payment.paid_on"]
-- # Two dates of the paying system compared: wrong only where the bank's file was entered late.
-- prior      = 0.85
-- reason_zh  = "{name}的救助金有{months}个月（{month_from}至{month_to}）迟发，最长迟{most_days}天（应于{due_on}发放）。"
-- reason_en  = "The assistance of {name} came late in {months} months ({month_from} to {month_to}), by up to {most_days} days (due on {due_on})."
-- why        = "A family on the standard has nothing to bridge a late month with."
-- innocent   = ["A public holiday or a fault at the bank.", "The bank's receipt was entered later than the money came.", "A returned payment repaid on a new due date."]
-- blind      = ["Payments entered as made on the due date and credited later: only the bank's statement shows it."]
-- basis      = ["民发〔2021〕57号 art. 25"]
-- [parameters.late_days]
-- default = 5
-- min     = 0
-- max     = 31
-- meaning = "days after the due date that are not yet late"

-- Most payments carry their due date; only for those that do not is the local pay day looked up, which monthly benefits
-- alone have. What came with or before the first payment of an award that began meanwhile was paid for months already past:
-- arrears, not delay.
WITH suspect AS (
    SELECT award_key, household_key, month, due_on, paid_on, row_id AS row_payment
    FROM   payment
    WHERE  status = 'paid' AND amount_fen > 0
      AND  (due_on IS NULL OR paid_on > day_add(due_on, CAST($late_days AS BIGINT)))
),
undated AS (
    SELECT DISTINCT award_key FROM suspect WHERE due_on IS NULL
),
begun AS (
    SELECT p.award_key, min(p.paid_on) AS first_on
    FROM   undated AS u
    JOIN   payment AS p ON p.award_key = u.award_key
    WHERE  p.status = 'paid'
    GROUP  BY p.award_key
),
late AS (
    SELECT s.award_key, s.household_key, s.month, s.paid_on, s.row_payment, s.due_on FROM suspect AS s WHERE s.due_on IS NOT NULL
    UNION  ALL
    SELECT s.award_key, s.household_key, s.month, s.paid_on, s.row_payment,
           day_add(s.month, CAST(local_number(h.region_code, 'pay_day', s.month) AS BIGINT) - 1)
    FROM   suspect   AS s
    JOIN   household AS h ON h.household_key = s.household_key
    JOIN   award     AS a ON a.award_key = s.award_key
    JOIN   begun     AS b ON b.award_key = s.award_key
    WHERE  s.due_on IS NULL AND a.programme IN ('dibao', 'tekun') AND (a.start_month < $window_from OR s.month > month_of(b.first_on))
),
chained AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award it touches.
    SELECT l.*,
           first_value(a.award_key) OVER (PARTITION BY a.household_key, a.programme, coalesce(a.application_key, -1)
                                          ORDER BY a.start_month DESC, a.award_key DESC) AS subject_key
    FROM   late  AS l
    JOIN   award AS a ON a.award_key = l.award_key
    WHERE  l.paid_on > day_add(l.due_on, CAST($late_days AS BIGINT))
)
SELECT subject_key, household_key, award_key, month, due_on, paid_on,
       max(days_between(due_on, paid_on)) OVER (PARTITION BY subject_key) AS most_days,
       row_payment
FROM   chained
ORDER  BY subject_key, month, row_payment
