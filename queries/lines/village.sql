-- meaning  = "Monthly benefits paid in a village: how often which amount in which month."
-- reads    = ["payment", "award", "household"]
-- [columns.same_amount]
-- measure = "same_amount"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "同一金额之多（出于偶然的概率之负对数）"
-- en      = "one amount too often"
-- [columns.round_amount]
-- measure = "round_amount"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "整百元金额之多（出于偶然的概率之负对数）"
-- en      = "whole hundreds of yuan too often"
-- [columns.money_jump]
-- measure = "money_jump"
-- unit    = "share of the usual month"
-- least   = 0.1
-- zh      = "月发放额水平变动之最大者占常月"
-- en      = "largest change of the level of money a month"
-- [columns.lines_jump]
-- measure = "lines_jump"
-- unit    = "share of the usual month"
-- least   = 0.1
-- zh      = "月发放笔数水平变动之最大者占常月"
-- en      = "largest change of the level of payments a month"

SELECT h.region_code AS subject_no, p.month, p.amount_fen, CAST(NULL AS BIGINT) AS threshold_fen, count(*) AS times
FROM   payment   AS p
JOIN   award     AS a ON a.award_key = p.award_key
JOIN   household AS h ON h.household_key = p.household_key
WHERE  p.status = 'paid' AND p.amount_fen > 0 AND a.programme IN ('dibao', 'tekun') AND h.region_code IS NOT NULL
GROUP  BY h.region_code, p.month, p.amount_fen
ORDER  BY subject_no, p.month, p.amount_fen
