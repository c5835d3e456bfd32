-- meaning  = "Runs of consecutive months for which an award was paid: first and last month (both paid), their number, the sum paid and the first and last payment's row."
-- reads    = ["payment"]
-- once     = true

WITH paid AS (
    SELECT award_key, household_key, month, sum(amount_fen) AS paid_fen, min(row_id) AS row_first, max(row_id) AS row_last
    FROM   payment
    WHERE  status = 'paid' AND amount_fen > 0
    GROUP  BY award_key, household_key, month
),
numbered AS (
    SELECT award_key, household_key, month, paid_fen, row_first, row_last,
           -- Within a run the month less its number is the same.
           months_between(DATE '1970-01-01', month) - CAST(row_number() OVER (PARTITION BY award_key ORDER BY month) AS INT) AS run
    FROM   paid
)
SELECT award_key, household_key, min(month) AS from_month, max(month) AS to_month, count(*) AS months,
       CAST(sum(paid_fen) AS BIGINT) AS paid_fen, min(row_first) AS row_payment, max(row_last) AS row_payment_last
FROM   numbered
GROUP  BY award_key, household_key, run
