-- meaning  = "Runs of consecutive months for which an award was paid: first and last month (both paid), their number, the sum paid and the first and last payment's row."
-- reads    = ["payment"]
-- once     = true

WITH numbered AS (
    SELECT award_key, household_key, month, amount_fen, row_id,
           -- Within a run the month less its number is the same.
           months_between(DATE '1970-01-01', month) - CAST(dense_rank() OVER (PARTITION BY award_key ORDER BY month) AS INT) AS run
    FROM   payment
    WHERE  status = 'paid' AND amount_fen > 0
)
SELECT award_key, household_key, min(month) AS from_month, max(month) AS to_month,
       CAST(months_between(min(month), max(month)) + 1 AS BIGINT) AS months,
       CAST(sum(amount_fen) AS BIGINT) AS paid_fen, min(row_id) AS row_payment, max(row_id) AS row_payment_last
FROM   numbered
GROUP  BY award_key, household_key, run
