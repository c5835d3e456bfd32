-- id         = "c10_rotation"
-- typology   = "C10"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "village"
-- reads      = ["award", "region", "paid_run", "level_dibao"]
-- columns    = ["award.end_month"]
-- # Five turns of one amount in a row are hardly chance; that the village agreed on them is for its minutes to show.
-- prior      = 0.6
-- reason_zh  = "{village}有{households}户低保首尾相接、轮流享受（{month_from}至{month_to}），每户不超过{longest}个月，金额同为每月{monthly}元，共发放{amount}元。"
-- reason_en  = "In {village} {households} households had dibao one after the other ({month_from} to {month_to}), none for more than {longest} months and all at {monthly} yuan a month; {amount} yuan were paid."
-- why        = "Dibao goes to those under the standard for as long as they are. A benefit that goes round gives to who does not need it and leaves out who does."
-- innocent   = ["Short seasonal hardship that ended for each by itself, and tiers that give everybody one amount.", "Benefits that ended because the single recipient died.", "A row for each quarter entered for different heads of one extended family."]
-- blind      = ["Money shared out in the village after payment: see D10.", "Turns that overlap, or with long gaps between them."]
-- basis      = ["社会救助暂行办法 art. 66", "民发〔2021〕57号 art. 28"]
-- [parameters.turn_months]
-- default = 6
-- min     = 1
-- max     = 12
-- meaning = "longest turn in months"
-- [parameters.turn_households]
-- default = 5
-- min     = 3
-- max     = 50
-- meaning = "households from which turns are a rotation"
-- [parameters.gap_months]
-- default = 1
-- min     = 0
-- max     = 3
-- meaning = "months that may lie idle between two turns"

-- Short benefits of one village and amount, each linked to the next that begins when it ends; then the chains.
WITH RECURSIVE benefit AS (
    -- The turn that still runs has lasted until now.
    SELECT region_code, household_key, benefit_key, from_month, coalesce(to_month, month_of($as_of)) AS to_month, monthly_fen
    FROM   level_dibao
    WHERE  (to_month IS NOT NULL OR from_month <= $as_of) AND months_between(from_month, coalesce(to_month, month_of($as_of))) < $turn_months
),
crowd AS (
    SELECT region_code, monthly_fen
    FROM   benefit
    GROUP  BY region_code, monthly_fen
    HAVING count(DISTINCT household_key) >= $turn_households
),
turn AS (
    SELECT b.*
    FROM   crowd   AS c
    JOIN   benefit AS b ON b.region_code = c.region_code AND b.monthly_fen = c.monthly_fen
),
follows AS (
    SELECT a.benefit_key, b.benefit_key AS next_key,
           row_number() OVER (PARTITION BY a.benefit_key ORDER BY b.from_month, b.to_month, b.benefit_key) AS nth
    FROM   turn AS a
    JOIN   turn AS b ON b.region_code = a.region_code AND b.monthly_fen = a.monthly_fen
    WHERE  b.household_key <> a.household_key
      AND  b.from_month > a.to_month AND b.from_month <= month_add(a.to_month, CAST($gap_months AS BIGINT) + 1)
),
next AS (
    SELECT benefit_key, next_key FROM follows WHERE nth = 1
),
walk AS (
    SELECT t.benefit_key AS first_key, t.benefit_key
    FROM   turn AS t
    LEFT   ANTI JOIN next AS n ON n.next_key = t.benefit_key
    UNION  ALL
    SELECT w.first_key, n.next_key
    FROM   walk AS w
    JOIN   next AS n ON n.benefit_key = w.benefit_key
),
rotation AS (
    SELECT w.first_key
    FROM   walk AS w
    JOIN   turn AS t ON t.benefit_key = w.benefit_key
    GROUP  BY w.first_key
    HAVING count(DISTINCT t.household_key) >= $turn_households
),
member AS (
    SELECT DISTINCT t.region_code, t.monthly_fen, t.household_key, t.benefit_key, t.from_month, t.to_month
    FROM   rotation AS r
    JOIN   walk     AS w ON w.first_key = r.first_key
    JOIN   turn     AS t ON t.benefit_key = w.benefit_key
),
told AS (
    SELECT region_code, monthly_fen, count(DISTINCT household_key) AS households, max(months_between(from_month, to_month)) + 1 AS longest
    FROM   member
    GROUP  BY region_code, monthly_fen
),
paid AS (
    SELECT a.award_key, a.start_month, a.end_month, a.row_id AS row_award, m.region_code, m.monthly_fen,
           coalesce(sum(r.paid_fen), 0) AS paid_fen, min(r.row_payment) AS row_payment
    FROM   member AS m
    JOIN   award  AS a ON a.household_key = m.household_key AND coalesce(a.application_key, -1 - a.award_key) = m.benefit_key
    LEFT   JOIN paid_run AS r ON r.award_key = a.award_key
    GROUP  BY a.award_key, a.start_month, a.end_month, a.row_id, m.region_code, m.monthly_fen
)
-- The village is what it is about: no household is named in the finding, the awards stand in its evidence.
SELECT p.region_code AS subject_key, CAST(p.monthly_fen AS VARCHAR) AS case_key, p.start_month AS month_from, coalesce(p.end_month, month_of($as_of)) AS month_to,
       CAST(p.paid_fen AS BIGINT) AS amount_fen,
       coalesce(g.name, p.region_code) AS village, t.households, t.longest, round(p.monthly_fen / 100.0, 2) AS monthly,
       p.row_award, p.row_payment
FROM   paid AS p
JOIN   told AS t ON t.region_code = p.region_code AND t.monthly_fen = p.monthly_fen
LEFT   JOIN region AS g ON g.region_code = p.region_code
ORDER  BY subject_key, case_key, month_from, row_award
