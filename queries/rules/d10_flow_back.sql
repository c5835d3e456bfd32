-- id         = "d10_flow_back"
-- typology   = "D10"
-- version    = 2
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "account"
-- reads      = ["onward_transfer", "account", "household_member", "identity"]
-- optional   = ["household_member"]
-- needs      = ["account_transaction.counter_account_no"]
-- columns    = ["payment.account_no"]
-- # Three families that pass their money to one account month after month have few reasons to; a village shop on credit is one.
-- prior      = 0.65
-- reason_zh  = "账户{account_no}（户名{holder}）在{months}个月（{month_from}至{month_to}）内，每月于救助金到账后数日收到{payers}个以上领取账户转入的款项，共{amount}元，疑似救助金回收再分配。"
-- reason_en  = "Account {account_no} (holder {holder}) received transfers from {payers} or more recipients' accounts within days of the payment in {months} months ({month_from} to {month_to}), {amount} yuan in all: assistance that seems to flow back."
-- why        = "Money that is paid out and collected again is no assistance: a village that evens it out, or somebody who sold a place on the list, takes it from those it was granted to."
-- innocent   = ["A shop or clinic with a personal account that is paid once the money comes.", "A relative who buys for several old households.", "A voluntary fund or insurance premium collected by the village, with receipts."]
-- blind      = ["Cash collected at the door.", "Accounts whose statements no lawful order produced.", "Whose a collecting account is that the account list does not hold."]
-- basis      = ["社会救助暂行办法 art. 67", "刑法 art. 382 and 384"]
-- [exemptions.institution_account]
-- zh       = "收款账户为供养机构账户"
-- en       = "the money goes to the account of a support institution"
-- [exemptions.family_account]
-- zh       = "转入本家庭成员的账户"
-- en       = "the transfers go to the account of a member of the same family"
-- [parameters.recipients]
-- default = 3
-- min     = 2
-- max     = 50
-- meaning = "so many recipients' accounts in one month make a collection"
-- [parameters.months]
-- default = 2
-- min     = 1
-- max     = 24
-- meaning = "in so many months it is no accident"

-- Transfers by the payment month; months in which enough accounts pay into one. Those within a family count for nothing.
WITH collector AS (
    SELECT counter_account_key
    FROM   onward_transfer
    GROUP  BY counter_account_key
    HAVING count(DISTINCT account_key) >= $recipients
),
sent AS (
    SELECT t.*, coalesce(c.account_no, t.counter_account_no) AS account_no, c.institution_key, c.row_id AS row_account,
           coalesce(c.holder_name, i.name, t.counter_name, '') AS holder,
           min(CASE WHEN f.holder_key = c.holder_key OR m.row_id IS NOT NULL THEN 1 ELSE 0 END) OVER (PARTITION BY t.row_account_transaction) AS own,
           row_number() OVER (PARTITION BY t.row_account_transaction ORDER BY m.row_id) AS nth
    FROM   collector       AS k
    JOIN   onward_transfer AS t ON t.counter_account_key = k.counter_account_key
    LEFT   JOIN account    AS c ON c.account_key = t.counter_account_key
    LEFT   JOIN account    AS f ON f.account_key = t.account_key
    LEFT   JOIN identity   AS i ON i.person_key = c.holder_key
    LEFT   JOIN household_member AS m
           ON  m.household_key = t.household_key AND m.person_key = c.holder_key
           AND coalesce(m.joined_on, t.sent_on) <= t.sent_on AND coalesce(m.left_on, t.sent_on) >= t.sent_on
),
once AS (
    SELECT *, CASE WHEN own = 1 THEN 'family_account' WHEN institution_key IS NOT NULL THEN 'institution_account' END AS exempt_as
    FROM   sent
    WHERE  nth = 1
),
monthly AS (
    SELECT counter_account_key, month, count(DISTINCT account_key) AS met,
           count(DISTINCT CASE WHEN exempt_as IS NULL THEN account_key END) AS payers
    FROM   once
    GROUP  BY counter_account_key, month
),
collected AS (
    SELECT counter_account_key, month, payers, met,
           sum(CASE WHEN payers >= $recipients THEN 1 ELSE 0 END) OVER (PARTITION BY counter_account_key) AS open_months,
           sum(CASE WHEN met >= $recipients THEN 1 ELSE 0 END) OVER (PARTITION BY counter_account_key) AS met_months
    FROM   monthly
),
ranked AS (
    SELECT o.*, m.payers, m.open_months,
           row_number() OVER (PARTITION BY o.counter_account_key ORDER BY o.month, o.row_account_transaction) AS first_of_all
    FROM   collected AS m
    JOIN   once      AS o ON o.counter_account_key = m.counter_account_key AND o.month = m.month
    WHERE  (m.open_months >= $months AND m.payers >= $recipients AND o.exempt_as IS NULL)
       OR  (m.open_months < $months AND m.met_months >= $months AND m.met >= $recipients AND o.exempt_as IS NOT NULL)
)
SELECT counter_account_key AS subject_key, account_no AS subject_no, CASE WHEN row_account IS NOT NULL THEN counter_account_key END AS account_key, household_key, award_key, month, amount_fen,
       CASE exempt_as WHEN 'family_account' THEN 'family_account' WHEN 'institution_account' THEN 'institution_account' END AS exemption,
       account_no, holder, CAST($recipients AS BIGINT) AS payers,
       row_account_transaction, row_payment, row_account
FROM   ranked
WHERE  exempt_as IS NULL OR first_of_all = 1
ORDER  BY subject_key, exemption, month, account_key, row_account_transaction
