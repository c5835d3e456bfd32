-- id         = "e07_returned_not_reissued"
-- typology   = "E07"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "exclusion"
-- subject    = "award"
-- reads      = ["award", "award_member", "payment", "household", "death_record"]
-- optional   = ["death"]
-- columns    = ["payment.paid_on"]
-- # The bank's own feedback says that the money came back.
-- prior      = 0.8
-- reason_zh  = "{name}的救助金{months}个月（{month_from}至{month_to}）退票，未在{reissue_days}天内重发，涉及{amount}元。"
-- reason_en  = "The assistance of {name} came back from the bank in {months} months ({month_from} to {month_to}) and was not paid again within {reissue_days} days, {amount} yuan."
-- why        = "A closed account or a wrong digit leaves a family without its month, and the money idle or at somebody's disposal."
-- innocent   = ["The family cannot be reached and the office holds the money ready.", "Paid again in cash or from another list.", "The account was closed because the recipient died."]
-- blind      = ["Returns that the list never marks."]
-- basis      = ["财政惠民惠农补贴“一卡通”发放流程", "民发〔2021〕57号 art. 25"]
-- [exemptions.award_ended_by_death]
-- zh       = "保障对象均已死亡，待遇随之终止"
-- en       = "all covered persons had died and the award ended with them"
-- contract = "award ended by death"

-- The clock starts with the first return of a month: on the day it was tried, else on the due date, else on the
-- local pay day. What was paid again in time is taken off. A chain of awards under one application is one
-- benefit: the finding is of the last award it touches.
WITH bounced AS (
    SELECT p.award_key, p.household_key, p.month, p.amount_fen, p.row_id AS row_payment, h.region_code,
           coalesce(p.paid_on, p.due_on,
                    day_add(p.month, CAST(local_number(h.region_code, 'pay_day', p.month) AS BIGINT) - 1)) AS tried_on,
           row_number() OVER (PARTITION BY p.award_key, p.month ORDER BY coalesce(p.paid_on, p.due_on, p.month), p.row_id) AS nth
    FROM   payment   AS p
    JOIN   household AS h ON h.household_key = p.household_key
    WHERE  p.status = 'returned' AND p.amount_fen > 0
),
clocked AS (
    SELECT *, local_number(region_code, 'reissue_days', tried_on) AS reissue_days,
           day_add(tried_on, CAST(local_number(region_code, 'reissue_days', tried_on) AS BIGINT)) AS deadline
    FROM   bounced
    WHERE  nth = 1
),
repaid AS (
    SELECT b.award_key, b.household_key, b.month, b.amount_fen, b.row_payment, b.tried_on, b.reissue_days, b.deadline,
           -- What is marked paid and bears no date was paid in its month. What was paid before the day of the return is the
           -- other part of the month, where the award is that much more than what came back.
           coalesce(sum(CASE WHEN coalesce(p.paid_on, b.deadline) >= b.tried_on AND coalesce(p.paid_on, p.month) <= b.deadline THEN p.amount_fen END), 0)
           + greatest(coalesce(sum(CASE WHEN p.paid_on < b.tried_on THEN p.amount_fen END), 0)
                      - greatest(coalesce(min(a.monthly_amount_fen), 0) - b.amount_fen, 0), 0) AS in_time_fen,
           min(p.row_id) AS row_payment_later
    FROM   clocked AS b
    JOIN   award   AS a ON a.award_key = b.award_key
    LEFT   JOIN payment AS p ON p.award_key = b.award_key AND p.month = b.month AND p.status = 'paid'
    WHERE  b.deadline < $as_of
    GROUP  BY b.award_key, b.household_key, b.month, b.amount_fen, b.row_payment, b.tried_on, b.reissue_days, b.deadline
),
judged AS (
    SELECT r.award_key, r.household_key, r.month, r.amount_fen, r.row_payment, r.tried_on, r.reissue_days, r.in_time_fen, r.row_payment_later,
           count(DISTINCT m.person_key) AS covered, count(DISTINCT d.person_key) AS dead, min(d.row_death) AS row_death
    FROM   repaid AS r
    LEFT   JOIN award_member AS m
           ON  m.award_key = r.award_key
           AND r.month >= coalesce(m.from_month, r.month) AND r.month <= coalesce(m.to_month, r.month)
    LEFT   JOIN death_record AS d
           ON d.person_key = m.person_key AND d.choice = 1 AND d.doubt IS NULL AND d.died_on <= r.deadline
    WHERE  r.in_time_fen < r.amount_fen
    GROUP  BY r.award_key, r.household_key, r.month, r.amount_fen, r.row_payment, r.tried_on, r.reissue_days, r.in_time_fen, r.row_payment_later
)
SELECT first_value(a.award_key) OVER (PARTITION BY a.household_key, a.programme, coalesce(a.application_key, -1)
                                      ORDER BY a.start_month DESC, a.award_key DESC) AS subject_key,
       j.household_key, j.award_key, j.month, j.amount_fen - j.in_time_fen AS amount_fen,
       CASE WHEN covered > 0 AND dead = covered THEN 'award_ended_by_death' END AS exemption,
       tried_on, reissue_days,
       row_payment, row_payment_later AS against_payment, row_death AS against_death
FROM   judged AS j
JOIN   award  AS a ON a.award_key = j.award_key
ORDER  BY subject_key, exemption, month, row_payment
