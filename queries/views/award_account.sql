-- meaning  = "Accounts that an award was paid into: first and last month for which it was, and the first row of these payments."
-- reads    = ["payment"]
-- once     = true

SELECT award_key, household_key, account_key, min(month) AS first_month, max(month) AS last_month, min(row_id) AS row_payment
FROM   payment
WHERE  status = 'paid' AND amount_fen > 0 AND account_key IS NOT NULL
GROUP  BY award_key, household_key, account_key
