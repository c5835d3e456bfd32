-- id         = "x00_template"
-- typology   = "X00"
-- name       = { zh = "同月多次发放", en = "the template" }
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["award", "payment"]
-- # Of a hundred findings, how many would a check confirm? Say why you think so.
-- prior      = 0.5
-- reason_zh  = "{name}的待遇在{months}个月内（{month_from}至{month_to}）同月发放多次，多发{amount}元。"
-- reason_en  = "The award of {name} was paid more than once in each of {months} months ({month_from} to {month_to}); {amount} yuan too much."
-- why        = "Say why it matters, in words for an inspector."
-- innocent   = ["Say what an honest office or family would answer."]
-- blind      = ["Say what this rule cannot see."]
-- basis      = ["Name law and article."]
-- [exemptions.temporary_aid]
-- zh       = "临时救助一次性发放，不按月计"
-- en       = "temporary aid is paid once and not by the month"
-- [parameters.least_yuan]
-- default = 1
-- min     = 0
-- max     = 1000
-- meaning = "a surplus of less than this, in yuan, is rounding"

-- One row a month and award. `subject_key` says whom it is about; `exemption` is null where none applies;
-- `amount_fen` has the lawful share taken off (`share_key` would be the person whose share of a payment it is,
-- `paid_award_key` the award whose payment it is in a finding that names no award); `row_<table>` are the rows it rests
-- on, `against_<table>` those that speak for the family; `known_on` would be the day from which the office could know.
WITH monthly AS (
    SELECT p.award_key, p.household_key, p.month, sum(p.amount_fen) - max(p.amount_fen) AS surplus_fen,
           min(p.row_id) AS row_payment, max(p.row_id) AS row_payment_later
    FROM   payment AS p
    WHERE  p.status = 'paid' AND p.amount_fen > 0
    GROUP  BY p.award_key, p.household_key, p.month
    HAVING count(*) > 1
)
SELECT m.award_key AS subject_key, m.household_key, m.award_key, m.month,
       CAST(m.surplus_fen AS BIGINT) AS amount_fen,
       CASE WHEN a.programme = 'temporary' THEN 'temporary_aid' END AS exemption,
       m.row_payment, m.row_payment_later, a.row_id AS row_award
FROM   monthly AS m
JOIN   award   AS a ON a.award_key = m.award_key
WHERE  m.surplus_fen >= 100 * $least_yuan
ORDER  BY subject_key, exemption, month
