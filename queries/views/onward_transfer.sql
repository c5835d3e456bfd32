-- meaning  = "Transfers out of an account into which assistance is paid to another account, within flow_back_days after a payment (the nearest before the transfer). `counter_account_key` is negative for an account that the account list does not hold, one number one key. Statements are held only where a lawful order produced them."
-- reads    = ["account_transaction", "payment", "household"]
-- once     = true

WITH sent AS (
    SELECT account_key, counter_account_no, counter_name, CAST(at AS DATE) AS sent_on, amount_fen, row_id,
           -- The negative keys are nobody else's.
           coalesce(counter_account_key, CAST(-1 - dense_rank() OVER (ORDER BY counter_account_no) AS INT)) AS counter_account_key
    FROM   account_transaction
    WHERE  direction = 'out' AND account_key IS NOT NULL AND coalesce(counter_account_key, -1) <> account_key
      AND  (counter_account_key IS NOT NULL OR counter_account_no IS NOT NULL)
),
paid AS (
    SELECT p.account_key, p.household_key, p.award_key, p.payee_key, p.month, p.row_id, h.household_no, h.region_code,
           coalesce(p.paid_on, p.due_on, day_add(p.month, CAST(local_number(h.region_code, 'pay_day', p.month) AS BIGINT) - 1)) AS paid_on
    FROM   (SELECT DISTINCT account_key FROM sent) AS s
    JOIN   payment   AS p ON p.account_key = s.account_key
    JOIN   household AS h ON h.household_key = p.household_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
),
near AS (
    SELECT s.account_key, s.counter_account_key, s.counter_account_no, s.counter_name, s.sent_on, s.amount_fen, s.row_id AS row_account_transaction,
           p.household_key, p.household_no, p.region_code, p.award_key, p.payee_key, p.month, p.paid_on, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY s.row_id ORDER BY p.paid_on DESC, p.row_id) AS nth
    FROM   paid AS p
    JOIN   sent AS s ON s.account_key = p.account_key
    WHERE  s.sent_on BETWEEN p.paid_on AND day_add(p.paid_on, CAST(local_number(p.region_code, 'flow_back_days', p.paid_on) AS BIGINT))
)
SELECT account_key, counter_account_key, counter_account_no, counter_name, sent_on, amount_fen, household_key, household_no, region_code, award_key, payee_key, month, paid_on,
       row_account_transaction, row_payment
FROM   near
WHERE  nth = 1
