-- meaning  = "Debits of an account with a statement: how often which amount in which month."
-- reads    = ["account_transaction", "account"]
-- optional = ["account_transaction"]
-- [columns.same_debit]
-- measure = "same_amount"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "同一金额支取之多（出于偶然的概率之负对数）"
-- en      = "debits of one amount too often"
-- [columns.round_debit]
-- measure = "round_amount"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "整百元支取之多（出于偶然的概率之负对数）"
-- en      = "debits of whole hundreds of yuan too often"

SELECT a.account_no AS subject_no, month_of(CAST(t.at AS DATE)) AS month, t.amount_fen, CAST(NULL AS BIGINT) AS threshold_fen, count(*) AS times
FROM   account_transaction AS t
JOIN   account             AS a ON a.account_key = t.account_key
WHERE  t.direction = 'out' AND t.amount_fen > 0
GROUP  BY a.account_no, month_of(CAST(t.at AS DATE)), t.amount_fen
ORDER  BY subject_no, month, t.amount_fen
