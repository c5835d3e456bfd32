-- meaning  = "An account that benefits were paid into, those of support institutions apart, which collect for others as they should (D08 and M07 look at those); its peers are the accounts of the same kind. What statements tell is missing where no lawful order produced one."
-- subject  = "account"
-- reads    = ["account", "payment", "household", "account_change", "account_transaction"]
-- optional = ["account_change", "account_transaction"]
-- [columns.households]
-- unit = "households"
-- least = 1.0
-- zh   = "收款所涉家庭数"
-- en   = "households paid into it"
-- [columns.payees]
-- unit = "persons"
-- least = 1.0
-- zh   = "领取人数"
-- en   = "payees"
-- [columns.villages]
-- unit = "villages"
-- least = 1.0
-- zh   = "收款所涉村数"
-- en   = "villages of those households"
-- [columns.yuan_a_month]
-- unit = "yuan a month"
-- least = 50.0
-- zh   = "首末次发放之间月均收款"
-- en   = "paid into it a month, from its first payment to its last"
-- [columns.other_name_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "户名与领取人不同的发放占比"
-- en   = "payments whose account name is not the payee's"
-- [columns.returned_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "退回发放占比"
-- en   = "payments that came back"
-- [columns.changes]
-- unit = "changes"
-- least = 1.0
-- zh   = "由他户变更为本账户次数"
-- en   = "awards moved to it"
-- [columns.counter_accounts]
-- unit = "accounts"
-- least = 1.0
-- zh   = "转出对方账户数"
-- en   = "accounts that it transferred to"
-- [columns.emptied_share]
-- unit = "share of what came in"
-- least = 0.05
-- zh   = "转出额占转入额"
-- en   = "transferred onward"

WITH pair AS (
    -- Few rows an account: whom it was paid for, and to.
    SELECT p.account_key, p.household_key, p.payee_key, count(*) AS lines,
           sum(CASE WHEN p.status = 'paid' THEN p.amount_fen ELSE 0 END) AS paid_fen,
           sum(CASE WHEN p.account_name <> p.payee_name THEN 1 WHEN p.account_name = p.payee_name THEN 0 END) AS other_name,
           count(CASE WHEN p.account_name IS NOT NULL AND p.payee_name IS NOT NULL THEN 1 END) AS named,
           sum(CASE WHEN p.status = 'returned' THEN 1 ELSE 0 END) AS returned,
           min(p.month) AS first_month, max(p.month) AS last_month, min(p.row_id) AS row_first, max(p.row_id) AS row_last
    FROM   payment AS p
    WHERE  p.account_key IS NOT NULL
    GROUP  BY p.account_key, p.household_key, p.payee_key
),
paid AS (
    SELECT account_key,
           CAST(sum(paid_fen) AS DOUBLE) / 100 / (months_between(min(first_month), max(last_month)) + 1) AS yuan_a_month,
           CAST(sum(other_name) AS DOUBLE) / nullif(sum(named), 0) AS other_name_share,
           CAST(sum(returned) AS DOUBLE) / sum(lines) AS returned_share,
           min(row_first) AS row_first, max(row_last) AS row_last
    FROM   pair
    GROUP  BY account_key
),
family AS (
    SELECT p.account_key, count(*) AS households, min(h.region_code) AS region_code
    FROM   (SELECT DISTINCT account_key, household_key FROM pair WHERE household_key IS NOT NULL) AS p
    LEFT   JOIN household AS h ON h.household_key = p.household_key
    GROUP  BY p.account_key
),
payee AS (
    SELECT account_key, count(*) AS payees
    FROM   (SELECT DISTINCT account_key, payee_key FROM pair WHERE payee_key IS NOT NULL) AS p
    GROUP  BY account_key
),
village AS (
    SELECT account_key, count(*) AS villages
    FROM   (SELECT DISTINCT p.account_key, h.region_code
            FROM   pair      AS p
            JOIN   household AS h ON h.household_key = p.household_key
            WHERE  h.region_code IS NOT NULL) AS v
    GROUP  BY account_key
),
changed AS (
    SELECT new_account_key AS account_key, count(DISTINCT award_key) AS changes FROM account_change WHERE new_account_key IS NOT NULL GROUP BY new_account_key
),
moved AS (
    SELECT account_key,
           count(DISTINCT CASE WHEN direction = 'out' THEN counter_account_no END) AS counter_accounts,
           CAST(sum(CASE WHEN direction = 'out' AND counter_account_no IS NOT NULL THEN amount_fen ELSE 0 END) AS DOUBLE)
               / nullif(sum(CASE WHEN direction = 'in' THEN amount_fen ELSE 0 END), 0) AS emptied_share
    FROM   account_transaction
    WHERE  account_key IS NOT NULL
    GROUP  BY account_key
)
SELECT a.account_key AS subject_key, a.account_no AS subject_no, coalesce(f.region_code, '') AS region_code, coalesce(a.kind, '') AS peer_group,
       CAST(coalesce(f.households, 0) AS DOUBLE) AS households, CAST(coalesce(y.payees, 0) AS DOUBLE) AS payees,
       CAST(coalesce(v.villages, 0) AS DOUBLE) AS villages,
       p.yuan_a_month, p.other_name_share, p.returned_share,
       CAST(coalesce(c.changes, 0) AS DOUBLE) AS changes,
       CAST(m.counter_accounts AS DOUBLE) AS counter_accounts, m.emptied_share,
       a.row_id AS row_account, p.row_first AS row_payment, p.row_last AS row_payment_2
FROM   paid           AS p
JOIN   account        AS a ON a.account_key = p.account_key
LEFT   JOIN family    AS f ON f.account_key = p.account_key
LEFT   JOIN payee     AS y ON y.account_key = p.account_key
LEFT   JOIN village   AS v ON v.account_key = p.account_key
LEFT   JOIN changed   AS c ON c.account_key = p.account_key
LEFT   JOIN moved     AS m ON m.account_key = p.account_key
WHERE  a.institution_key IS NULL
ORDER  BY subject_no
