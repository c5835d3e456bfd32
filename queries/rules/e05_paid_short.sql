-- id         = "e05_paid_short"
-- typology   = "E05"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "exclusion"
-- subject    = "award"
-- reads      = ["award", "award_member", "payment", "household", "award_head_count", "death_record"]
-- optional   = ["death"]
-- # Award and payment list are the office's own; what fails is a decision not entered as a new award row.
-- prior      = 0.75
-- reason_zh  = "{name}的救助金{months}个月（{month_from}至{month_to}）少发，应发每月{due}元，累计少发{amount}元，三个月内未补发。"
-- reason_en  = "The assistance of {name} was paid short in {months} months ({month_from} to {month_to}): due {due} yuan a month, {amount} yuan missing in all, not made good within three months."
-- why        = "What was awarded and not paid is taken from those who have least; it is also where money disappears on the way."
-- innocent   = ["The amount was lowered by a decision that was not entered as a new award row.", "A recovery of an earlier overpayment.", "Arrears paid in cash or by another list."]
-- blind      = ["Amounts awarded too low: see A12 and E06.", "Programmes paid once."]
-- basis      = ["社会救助暂行办法 art. 66 (6)"]
-- [exemptions.made_good]
-- zh       = "已在三个月内补发或预发"
-- en       = "made good within three months, or paid ahead"
-- contract = "returned and re-paid"
-- [exemptions.covered_person_died]
-- zh       = "保障对象死亡，仅扣减其份额"
-- en       = "a covered person died and only that share was taken off"
-- contract = "covered person died"
-- [parameters.short_yuan]
-- default = 1
-- min     = 0
-- max     = 100
-- meaning = "a shortfall of no more than this, in yuan, is rounding"

-- Awards whose paid rows are one full payment a month are left out at once; they are nearly all. The others are
-- laid out month by month. What a chain of awards paid too much settles what it owed in the three months before, oldest
-- first; what is left of it was paid ahead for the three months after. The share of the dead is not owed.
WITH RECURSIVE calendar AS (
    SELECT $window_from AS month
    UNION  ALL
    SELECT month_after(month) FROM calendar WHERE month < $window_to
),
force AS (
    SELECT a.award_key, a.household_key, a.programme, coalesce(a.application_key, -1) AS application_key,
           a.monthly_amount_fen AS due_fen, a.row_id AS row_award,
           greatest(a.start_month, $window_from) AS first_month,
           least(coalesce(a.end_month, $window_to), $window_to) AS last_month
    FROM   award AS a
    WHERE  a.programme IN ('dibao', 'tekun') AND a.monthly_amount_fen > 0
),
summary AS (
    SELECT award_key, count(*) AS payments, min(amount_fen) AS least_fen, max(amount_fen) AS most_fen,
           sum(months_between($window_from, month)) AS month_sum,
           max(months_between(month, coalesce(paid_on, month))) AS latest
    FROM   payment
    WHERE  status = 'paid'
    GROUP  BY award_key
),
irregular AS (
    SELECT f.*
    FROM   force AS f
    LEFT   JOIN summary AS s ON s.award_key = f.award_key
    WHERE  f.first_month <= f.last_month
      AND  (s.award_key IS NULL
            OR s.payments <> months_between(f.first_month, f.last_month) + 1
            OR s.least_fen <> f.due_fen OR s.most_fen <> f.due_fen
            OR s.latest > 3
            OR 2 * s.month_sum <> (months_between($window_from, f.first_month) + months_between($window_from, f.last_month))
                                  * (months_between(f.first_month, f.last_month) + 1))
),
got AS (
    SELECT i.award_key, p.month,
           -- Money still under way counts while it can come in time, money that came too late does not.
           sum(CASE WHEN p.status = 'paid' AND months_between(p.month, coalesce(p.paid_on, p.month)) <= 3 THEN p.amount_fen
                    WHEN p.status = 'pending' AND months_between(p.month, $as_of) <= 3 THEN p.amount_fen
                    ELSE 0 END) AS got_fen,
           sum(CASE WHEN p.status = 'paid' AND months_between(p.month, coalesce(p.paid_on, p.month)) BETWEEN 1 AND 3 THEN p.amount_fen
                    ELSE 0 END) AS later_fen,
           max(p.row_id) AS row_payment
    FROM   irregular AS i
    JOIN   payment   AS p ON p.award_key = i.award_key
    GROUP  BY i.award_key, p.month
),
died AS (
    SELECT DISTINCT i.award_key, d.person_key, d.died_on, d.row_death
    FROM   irregular    AS i
    JOIN   award_member AS m ON m.award_key = i.award_key
    JOIN   death_record AS d ON d.person_key = m.person_key AND d.choice = 1 AND d.doubt IS NULL
    -- Who was off the list before has no share in the amount.
    WHERE  coalesce(m.to_month, d.died_on) >= month_of(d.died_on)
),
month AS (
    SELECT i.award_key, i.household_key, i.programme, i.application_key, i.due_fen, i.row_award, c.month,
           coalesce(g.got_fen, 0) AS got_fen, coalesce(g.later_fen, 0) AS later_fen, g.row_payment
    FROM   irregular AS i
    JOIN   calendar  AS c ON c.month >= i.first_month AND c.month <= i.last_month
    JOIN   household AS h ON h.household_key = i.household_key
    LEFT   JOIN got  AS g ON g.award_key = i.award_key AND g.month = c.month
    WHERE  day_add(c.month, CAST(local_number(h.region_code, 'pay_day', c.month) AS BIGINT) - 1) <= $as_of
),
mourned AS (
    SELECT m.award_key, m.month, count(DISTINCT d.person_key) AS dead, min(d.row_death) AS row_death, min(n.head_count) AS head_count
    FROM   month            AS m
    JOIN   died             AS d ON d.award_key = m.award_key AND d.died_on < month_after(m.month)
    JOIN   award_head_count AS n ON n.award_key = m.award_key
    GROUP  BY m.award_key, m.month
),
living AS (
    SELECT g.award_key, g.month, count(DISTINCT m.person_key) AS living
    FROM   mourned      AS g
    JOIN   award_member AS m ON m.award_key = g.award_key
    LEFT   JOIN died    AS d ON d.award_key = m.award_key AND d.person_key = m.person_key AND d.died_on < month_after(g.month)
    WHERE  coalesce(m.from_month, g.month) <= g.month AND coalesce(m.to_month, g.month) >= g.month AND d.award_key IS NULL
    GROUP  BY g.award_key, g.month
),
-- Of those whom the amount is for, as many as the living do not fill.
unfilled AS (
    SELECT g.award_key, g.month, g.row_death, g.head_count,
           least(g.dead, greatest(g.head_count - coalesce(l.living, 0), 0)) AS dead
    FROM   mourned     AS g
    LEFT   JOIN living AS l ON l.award_key = g.award_key AND l.month = g.month
),
ledger AS (
    SELECT m.*, d.row_death,
           greatest(m.due_fen - m.got_fen, 0) AS less_fen,
           greatest(m.due_fen - m.got_fen - coalesce(m.due_fen * d.dead / d.head_count, 0), 0) AS short_fen,
           greatest(m.got_fen - m.due_fen, 0) AS over_fen,
           months_between($window_from, m.month) AS month_no
    FROM   month AS m
    LEFT   JOIN unfilled AS d ON d.award_key = m.award_key AND d.month = m.month
),
around AS (
    SELECT *,
           sum(short_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN CURRENT ROW AND CURRENT ROW) AS owed_now,
           sum(short_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS owed_1,
           sum(short_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS owed_2,
           sum(short_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 6 PRECEDING AND 1 PRECEDING) AS owed_before,
           sum(over_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 3 PRECEDING AND 1 PRECEDING) AS over_before,
           sum(over_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 1 FOLLOWING AND 3 FOLLOWING) AS over_after,
           min(CASE WHEN over_fen > 0 THEN month_no END) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN 1 FOLLOWING AND 3 FOLLOWING) AS over_next,
           sum(short_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS owed_all,
           sum(short_fen - over_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS balance_fen
    FROM   ledger
),
queued AS (
    -- What had been settled by a month, oldest first and however old: a balance below nothing settles nothing later.
    SELECT *, owed_all - balance_fen
              + least(0, min(balance_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS settled_fen
    FROM   around
),
reached AS (
    SELECT *, max(settled_fen) OVER (PARTITION BY household_key, programme, application_key ORDER BY month_no RANGE BETWEEN CURRENT ROW AND 3 FOLLOWING) AS settled_later
    FROM   queued
),
settled AS (
    -- Settled as the queue has it, or by the next months that pay too much, which settle what was owed in the three
    -- before them: of the two what is better for the office, for old debts stay in the queue for ever, and what was
    -- settled between counts twice in the three months.
    SELECT *,
           least(short_fen, greatest(least(owed_all - settled_later,
                                           CASE over_next - month_no WHEN 1 THEN owed_2 WHEN 2 THEN owed_1 ELSE owed_now END
                                           - coalesce(over_after, 0))
                                     - greatest(coalesce(over_before, 0) - coalesce(owed_before, 0), 0), 0)) AS missing_fen
    FROM   reached
),
exempted AS (
    SELECT *,
           CASE WHEN less_fen > 100 * $short_yuan AND short_fen <= 100 * $short_yuan THEN 'covered_person_died'
                WHEN missing_fen <= 100 * $short_yuan THEN 'made_good' END AS exempt_as
    FROM   settled
    WHERE  less_fen > 100 * $short_yuan OR got_fen - later_fen < due_fen - 100 * $short_yuan
),
chained AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award it touches.
    SELECT e.*,
           first_value(a.award_key) OVER (PARTITION BY a.household_key, a.programme, coalesce(a.application_key, -1)
                                          ORDER BY a.start_month DESC, a.award_key DESC) AS last_award_key
    FROM   exempted AS e
    JOIN   award    AS a ON a.award_key = e.award_key
),
ranked AS (
    SELECT *, min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY last_award_key) AS all_exempt
    FROM   chained
)
SELECT last_award_key AS subject_key, household_key, award_key, month,
       CAST(CASE WHEN exempt_as IS NULL THEN missing_fen ELSE less_fen END AS BIGINT) AS amount_fen,
       CASE exempt_as WHEN 'covered_person_died' THEN 'covered_person_died' WHEN 'made_good' THEN 'made_good' END AS exemption,
       round(due_fen / 100.0, 2) AS due,
       row_award, row_payment, row_death AS against_death
FROM   ranked
WHERE  exempt_as IS NULL OR all_exempt = 1
ORDER  BY subject_key, exemption, month
