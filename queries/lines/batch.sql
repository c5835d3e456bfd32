-- meaning  = "Payments of a batch: how often which amount."
-- reads    = ["payment"]
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
-- [columns.first_digits]
-- measure = "first_digits"
-- unit    = "mean deviation of shares"
-- least   = 0.005
-- zh      = "首位数字与本福特律之差"
-- en      = "first digits off Benford's law"
-- [columns.second_digits]
-- measure = "second_digits"
-- unit    = "mean deviation of shares"
-- least   = 0.005
-- zh      = "第二位数字与本福特律之差"
-- en      = "second digits off Benford's law"
-- [columns.first_two_digits]
-- measure = "first_two_digits"
-- unit    = "mean deviation of shares"
-- least   = 0.005
-- zh      = "前两位数字与本福特律之差"
-- en      = "first two digits off Benford's law"

SELECT batch_no AS subject_no, min(month) AS month, amount_fen, CAST(NULL AS BIGINT) AS threshold_fen, count(*) AS times
FROM   payment
WHERE  batch_no IS NOT NULL AND amount_fen > 0
GROUP  BY batch_no, amount_fen
ORDER  BY subject_no, amount_fen
