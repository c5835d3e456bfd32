-- id         = "a12_amount_miscalculated"
-- typology   = "A12"
-- version    = 4
-- status     = "experimental"
-- severity   = 2
-- queue      = "governance"
-- subject    = "award"
-- reads      = ["award", "application", "payment", "possible_standard", "award_head_count"]
-- needs      = ["application.declared_income"]
-- columns    = ["award.tier"]
-- # Amount, standard and declared income are the office's own figures; what fails is income corrected on review and not entered.
-- prior      = 0.6
-- reason_zh  = "{name}家庭{start_month}起按补差核算：保障标准每人{standard}元、{persons}人，扣除申报收入{declared}元，应为每月{expected}元，实际核定{awarded}元，相差{difference}元；{months}个月（{month_from}至{month_to}）{direction_zh}{amount}元。"
-- reason_en  = "The benefit of the household of {name} from {start_month}: {standard} yuan for each of {persons} persons, less a declared income of {declared} yuan, gives {expected} yuan a month; {awarded} yuan were awarded, a difference of {difference} yuan. Paid too {direction_en} in {months} months ({month_from} to {month_to}): {amount} yuan."
-- why        = "A benefit without a tier is the gap between standard and income: an amount that the office's own figures do not give is either too much public money or too little of what the family is due."
-- innocent   = ["Income was corrected on a review and only the amount was entered: look for the review sheet.", "Costs of illness, disability or work were deducted from income before the gap was taken.", "A local supplement for the old, minors or the severely disabled is in the amount.", "A member was added or left and the number of persons was entered later."]
-- blind      = ["Awards without an application or without a declared income.", "Whether the declared income is true: see A09 and A10.", "Amounts inside the tolerance."]
-- basis      = ["民发〔2021〕57号 art. 23"]
-- [exemptions.tiered]
-- zh       = "按分类分档标准发放，不按补差核算"
-- en       = "the award is of a tier, not of the gap"
-- contract = "tiered awards"
-- [exemptions.standard_adjusted_later]
-- zh       = "金额与此后调整的保障标准相符"
-- en       = "the amount is right by a later standard of the same award"
-- contract = "later adjustments of the standard"
-- [parameters.tolerance]
-- default = 0.1
-- min     = 0
-- max     = 0.5
-- meaning = "a difference of no more than this share of the right amount is no finding"

-- Every award against the gap at its start; where it differs, against the gap by each later standard of its time too.
WITH gap AS (
    SELECT a.award_key, a.household_key, a.programme, a.application_key, a.tier, a.start_month, a.end_month, a.monthly_amount_fen,
           n.head_count AS persons, p.declared_income_fen, a.row_id AS row_award, p.row_id AS row_application
    FROM   award            AS a
    JOIN   application      AS p ON p.application_key = a.application_key
    JOIN   award_head_count AS n ON n.award_key = a.award_key
    WHERE  a.programme = 'dibao' AND p.declared_income_fen IS NOT NULL AND n.head_count > 0
),
measured AS (
    SELECT g.*, s.standard_fen, s.row_standard, greatest(0, s.standard_fen * g.persons - g.declared_income_fen) AS expected_fen
    FROM   gap                AS g
    JOIN   possible_standard AS s
           ON  s.household_key = g.household_key AND s.programme = g.programme
           AND s.from_month <= g.start_month AND (s.until_month IS NULL OR s.until_month > g.start_month)
),
fits AS (
    SELECT DISTINCT award_key FROM measured WHERE abs(monthly_amount_fen - expected_fen) <= $tolerance * expected_fen
),
differs AS (
    -- Where standards of two kinds could apply, one that fits speaks for the amount; where none does, the nearest is told.
    SELECT *
    FROM   (SELECT m.*, row_number() OVER (PARTITION BY m.award_key ORDER BY abs(m.monthly_amount_fen - m.expected_fen), m.row_standard) AS nth
            FROM   measured AS m
            LEFT   ANTI JOIN fits AS f ON f.award_key = m.award_key) AS n
    WHERE  nth = 1
),
adjusted AS (
    SELECT DISTINCT d.award_key
    FROM   differs            AS d
    JOIN   possible_standard AS s ON s.household_key = d.household_key AND s.programme = d.programme
    WHERE  d.tier IS NULL
      AND  s.from_month > d.start_month AND (d.end_month IS NULL OR s.from_month <= d.end_month) AND s.from_month <= $as_of
      AND  abs(d.monthly_amount_fen - greatest(0, s.standard_fen * d.persons - d.declared_income_fen))
           <= $tolerance * greatest(0, s.standard_fen * d.persons - d.declared_income_fen)
),
judged AS (
    SELECT d.*, CASE WHEN d.tier IS NOT NULL THEN 'tiered' WHEN j.award_key IS NOT NULL THEN 'standard_adjusted_later' END AS exempt_as
    FROM   differs  AS d
    LEFT   JOIN adjusted AS j ON j.award_key = d.award_key
),
chain AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award that fails, or, where
    -- all are exempt, of the last.
    SELECT household_key, application_key,
           coalesce(first_value(award_key ORDER BY start_month DESC, award_key DESC) FILTER (WHERE exempt_as IS NULL),
                    first_value(award_key ORDER BY start_month DESC, award_key DESC)) AS subject_key,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) AS all_exempt,
           min(CASE WHEN exempt_as IS NULL THEN monthly_amount_fen > expected_fen END) AS all_over,
           max(CASE WHEN exempt_as IS NULL THEN monthly_amount_fen > expected_fen END) AS any_over
    FROM   judged
    GROUP  BY household_key, application_key
),
open AS (
    SELECT j.*, c.subject_key, coalesce(c.any_over AND NOT c.all_over, false) AS both_ways
    FROM   judged AS j
    JOIN   chain  AS c ON c.household_key = j.household_key AND c.application_key = j.application_key
    WHERE  j.exempt_as IS NULL OR (c.all_exempt = 1 AND j.award_key = c.subject_key)
),
paid AS (
    -- A month may be paid in parts: the whole month is compared, at its first payment.
    SELECT o.award_key, p.month, p.row_id AS row_payment, sum(p.amount_fen) OVER (PARTITION BY p.award_key, p.month) AS month_fen,
           row_number() OVER (PARTITION BY p.award_key, p.month ORDER BY p.row_id) AS nth
    FROM   open    AS o
    JOIN   payment AS p ON p.award_key = o.award_key
    WHERE  o.exempt_as IS NULL AND p.status = 'paid' AND p.amount_fen > 0
)
SELECT o.subject_key, o.household_key, o.award_key, o.application_key,
       -- Without a payment the award's own month stands.
       coalesce(p.month, o.start_month) AS month,
       -- What the office paid beyond the gap, or what it still owes the family.
       CASE WHEN p.nth > 1 THEN 0
            WHEN o.monthly_amount_fen > o.expected_fen THEN greatest(p.month_fen - o.expected_fen, 0)
            ELSE greatest(o.expected_fen - p.month_fen, 0) END AS amount_fen,
       CASE o.exempt_as WHEN 'tiered' THEN 'tiered' WHEN 'standard_adjusted_later' THEN 'standard_adjusted_later' END AS exemption,
       o.start_month, o.persons, round(o.standard_fen / 100.0, 2) AS standard, round(o.declared_income_fen / 100.0, 2) AS declared,
       round(o.expected_fen / 100.0, 2) AS expected, round(o.monthly_amount_fen / 100.0, 2) AS awarded,
       round((o.monthly_amount_fen - o.expected_fen) / 100.0, 2) AS difference,
       CASE WHEN o.both_ways THEN '多发与少发合计' WHEN o.monthly_amount_fen > o.expected_fen THEN '多发' ELSE '少发' END AS direction_zh,
       CASE WHEN o.both_ways THEN 'much or too little' WHEN o.monthly_amount_fen > o.expected_fen THEN 'much' ELSE 'little' END AS direction_en,
       -- The tier on the award says all.
       o.row_award, CASE WHEN o.tier IS NULL THEN o.row_application END AS row_application, CASE WHEN o.tier IS NULL THEN o.row_standard END AS row_standard,
       p.row_payment
FROM   open      AS o
LEFT   JOIN paid AS p ON p.award_key = o.award_key
ORDER  BY subject_key, exemption, month, award_key, row_payment
