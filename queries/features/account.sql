-- meaning  = "An account that benefits were paid into; its peers are the accounts of the same kind. What statements tell is missing where no lawful order produced one."
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
-- zh   = "月均收款"
-- en   = "paid into it a month"
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

WITH paid AS (
    SELECT p.account_key, count(DISTINCT p.household_key) AS households, count(DISTINCT p.payee_key) AS payees,
           count(DISTINCT h.region_code) AS villages,
           CAST(sum(CASE WHEN p.status = 'paid' THEN p.amount_fen ELSE 0 END) AS DOUBLE) / 100 / count(DISTINCT p.month) AS yuan_a_month,
           avg(CASE WHEN p.account_name <> p.payee_name THEN 1.0 WHEN p.account_name = p.payee_name THEN 0.0 END) AS other_name_share,
           avg(CASE WHEN p.status = 'returned' THEN 1.0 ELSE 0.0 END) AS returned_share,
           min(p.row_id) AS row_first, max(p.row_id) AS row_last
    FROM   payment        AS p
    LEFT   JOIN household AS h ON h.household_key = p.household_key
    WHERE  p.account_key IS NOT NULL
    GROUP  BY p.account_key
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
SELECT a.account_key AS subject_key, a.account_no AS subject_no, coalesce(h.region_code, '') AS region_code, coalesce(a.kind, '') AS peer_group,
       CAST(p.households AS DOUBLE) AS households, CAST(p.payees AS DOUBLE) AS payees, CAST(p.villages AS DOUBLE) AS villages,
       p.yuan_a_month, p.other_name_share, p.returned_share,
       CAST(coalesce(c.changes, 0) AS DOUBLE) AS changes,
       CAST(m.counter_accounts AS DOUBLE) AS counter_accounts, m.emptied_share,
       a.row_id AS row_account, p.row_first AS row_payment, p.row_last AS row_payment_2
FROM   paid           AS p
JOIN   account        AS a ON a.account_key = p.account_key
LEFT   JOIN changed   AS c ON c.account_key = p.account_key
LEFT   JOIN moved     AS m ON m.account_key = p.account_key
LEFT   JOIN (SELECT account_key, min(h.region_code) AS region_code
             FROM   payment   AS p
             JOIN   household AS h ON h.household_key = p.household_key
             GROUP  BY account_key) AS h ON h.account_key = p.account_key
ORDER  BY subject_no
