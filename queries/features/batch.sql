-- meaning  = "A payment batch of at least ten lines; its peers are the batches of the same programme. The place is the smallest region that holds its households."
-- subject  = "region"
-- reads    = ["payment", "award", "household"]
-- [columns.lines]
-- unit = "payments"
-- least = 1.0
-- zh   = "笔数"
-- en   = "payments"
-- [columns.yuan]
-- unit = "yuan a payment"
-- least = 50.0
-- zh   = "笔均金额"
-- en   = "mean amount"
-- [columns.households_share]
-- unit = "households a payment"
-- least = 0.02
-- zh   = "每笔所涉家庭数"
-- en   = "households a payment"
-- [columns.accounts_share]
-- unit = "accounts a payment"
-- least = 0.02
-- zh   = "每笔所涉账户数"
-- en   = "accounts a payment"
-- [columns.returned_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "退回占比"
-- en   = "payments that came back"
-- [columns.other_name_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "户名与领取人不同占比"
-- en   = "payments whose account name is not the payee's"
-- [columns.unlike_award_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "金额与月保障金额不同占比"
-- en   = "payments that differ from the award's amount"
-- [columns.days_late]
-- unit = "days"
-- least = 3.0
-- zh   = "平均晚于应发日天数"
-- en   = "mean days after the due day"

WITH numbered AS (
    -- A number for each name: what is distinct among tens of millions of payments is counted by whole numbers.
    SELECT batch_no, CAST(row_number() OVER (ORDER BY batch_no) AS BIGINT) AS batch
    FROM   (SELECT DISTINCT batch_no FROM payment WHERE batch_no IS NOT NULL) AS b
),
line AS (
    SELECT n.batch, a.programme, h.region_code, p.amount_fen, p.row_id,
           CASE WHEN p.status = 'returned' THEN 1.0 ELSE 0.0 END AS returned,
           CASE WHEN p.account_name <> p.payee_name THEN 1.0 WHEN p.account_name = p.payee_name THEN 0.0 END AS other_name,
           CASE WHEN p.amount_fen <> a.monthly_amount_fen THEN 1.0 ELSE 0.0 END AS unlike_award,
           CAST(p.paid_on - p.due_on AS DOUBLE) AS days_late
    FROM   payment        AS p
    JOIN   award          AS a ON a.award_key = p.award_key
    LEFT   JOIN household AS h ON h.household_key = p.household_key
    -- Last: the engine takes a join by name to give as few rows as there are names.
    JOIN   numbered       AS n ON n.batch_no = p.batch_no
),
batch AS (
    SELECT batch, min(programme) AS programme, min(region_code) AS low, max(region_code) AS high, count(*) AS lines,
           avg(CAST(amount_fen AS DOUBLE)) / 100 AS yuan,
           avg(returned) AS returned_share, avg(other_name) AS other_name_share, avg(unlike_award) AS unlike_award_share,
           avg(days_late) AS days_late, min(row_id) AS row_first, max(row_id) AS row_last
    FROM   line
    GROUP  BY batch
    HAVING count(*) >= 10
),
-- Counted in two steps, which can spill; sets of what is distinct cannot. Keys are below 2^32.
families AS (
    SELECT pair / 4294967296 AS batch, count(*) AS households
    FROM   (SELECT DISTINCT n.batch * 4294967296 + p.household_key AS pair
            FROM   payment  AS p
            JOIN   numbered AS n ON n.batch_no = p.batch_no
            WHERE  p.household_key IS NOT NULL AND p.award_key IS NOT NULL) AS h
    GROUP  BY pair / 4294967296
),
paid_into AS (
    SELECT pair / 4294967296 AS batch, count(*) AS accounts
    FROM   (SELECT DISTINCT n.batch * 4294967296 + p.account_key AS pair
            FROM   payment  AS p
            JOIN   numbered AS n ON n.batch_no = p.batch_no
            WHERE  p.account_key IS NOT NULL AND p.award_key IS NOT NULL) AS a
    GROUP  BY pair / 4294967296
)
SELECT b.region_code AS subject_key, n.batch_no AS subject_no, b.region_code, n.batch_no AS case_key, programme AS peer_group,
       CAST(lines AS DOUBLE) AS lines, yuan,
       CAST(coalesce(f.households, 0) AS DOUBLE) / lines AS households_share, CAST(coalesce(i.accounts, 0) AS DOUBLE) / lines AS accounts_share,
       returned_share, other_name_share, unlike_award_share, days_late,
       row_first AS row_payment, row_last AS row_payment_2
FROM   (SELECT *, CASE WHEN low = high THEN low
                       WHEN substr(low, 1, 9) = substr(high, 1, 9) THEN concat(substr(low, 1, 9), '000')
                       WHEN substr(low, 1, 6) = substr(high, 1, 6) THEN concat(substr(low, 1, 6), '000000')
                       WHEN substr(low, 1, 4) = substr(high, 1, 4) THEN concat(substr(low, 1, 4), '00000000')
                       ELSE concat(substr(low, 1, 2), '0000000000') END AS region_code
        FROM   batch
        WHERE  low IS NOT NULL) AS b
JOIN   numbered       AS n ON n.batch = b.batch
LEFT   JOIN families  AS f ON f.batch = b.batch
LEFT   JOIN paid_into AS i ON i.batch = b.batch
ORDER  BY subject_no
