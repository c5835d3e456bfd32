-- meaning  = "Transfers out of an account into which assistance is paid to another account of the account list, within flow_back_days after a payment (the nearest before the transfer). Statements are held only where a lawful order produced them."
-- reads    = ["account_transaction", "payment", "household"]
-- once     = true

WITH sent AS (
    SELECT account_key, counter_account_key, CAST(at AS DATE) AS sent_on, amount_fen, row_id
    FROM   account_transaction
    WHERE  direction = 'out' AND account_key <> counter_account_key
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
    SELECT s.account_key, s.counter_account_key, s.sent_on, s.amount_fen, s.row_id AS row_account_transaction,
           p.household_key, p.household_no, p.region_code, p.award_key, p.payee_key, p.month, p.paid_on, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY s.row_id ORDER BY p.paid_on DESC, p.row_id) AS nth
    FROM   paid AS p
    JOIN   sent AS s ON s.account_key = p.account_key
    WHERE  s.sent_on BETWEEN p.paid_on AND day_add(p.paid_on, CAST(local_number(p.region_code, 'flow_back_days', p.paid_on) AS BIGINT))
)
SELECT account_key, counter_account_key, sent_on, amount_fen, household_key, household_no, region_code, award_key, payee_key, month, paid_on,
       row_account_transaction, row_payment
FROM   near
WHERE  nth = 1
