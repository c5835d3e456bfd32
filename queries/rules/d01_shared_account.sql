-- id         = "d01_shared_account"
-- typology   = "D01"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "account"
-- reads      = ["award_account", "payment", "account", "household", "household_member", "custody_agreement"]
-- columns    = ["payment.account_no", "custody_agreement.filed_on", "custody_agreement.signed_on"]
-- # One account for several families is against the rule as such; harm is found in about half.
-- prior      = 0.6
-- reason_zh  = "账户{account_no}（户名{holder}）同时收取{together}户救助金，其中户主为{head}的家庭等在{months}个月内（{month_from}至{month_to}）无备案代管协议，涉及{amount}元。"
-- reason_en  = "Account {account_no} (holder {holder}) receives the assistance of {together} households at once; for that of {head}, and others, there is no filed agreement in {months} months ({month_from} to {month_to}), {amount} yuan."
-- why        = "Assistance is paid to the household's own account, so that nobody stands between it and the money."
-- innocent   = ["A relative draws for old people who cannot go to the bank, and nobody wrote it down.", "Two households of one family that shares a passbook.", "A former joint household that split and kept the account."]
-- blind      = ["Cards and passwords handed over: the account is then the recipient's own.", "Accounts that the account list does not hold."]
-- basis      = ["民发〔2021〕57号 art. 25 and 26"]
-- [exemptions.custody_filed]
-- zh       = "已签订并备案代管协议"
-- en       = "a signed and filed custody agreement for the household"
-- contract = "a filed custody_agreement for the household"
-- [exemptions.institution_account]
-- zh       = "供养机构账户"
-- en       = "the account of a support institution"
-- contract = "account of a support institution"
-- [exemptions.holder_is_member]
-- zh       = "开户人是各户家庭成员"
-- en       = "the holder is a member of each of the households"
-- contract = "holder is a member of each of the households"

-- Months in which one account serves several households. A household is in order where the holder is a member
-- or an agreement is signed and filed; the account is open for those that are not.
WITH shared AS (
    SELECT account_key
    FROM   award_account
    GROUP  BY account_key
    HAVING min(household_key) <> max(household_key)
),
paid AS (
    SELECT p.account_key, p.household_key, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           c.account_no, c.holder_key, c.institution_key, coalesce(c.holder_name, '') AS holder, c.row_id AS row_account,
           min(p.household_key) OVER (PARTITION BY p.account_key, p.month) AS least_household,
           max(p.household_key) OVER (PARTITION BY p.account_key, p.month) AS greatest_household
    FROM   shared        AS s
    JOIN   award_account AS u ON u.account_key = s.account_key
    JOIN   payment       AS p ON p.award_key = u.award_key AND p.account_key = u.account_key
    JOIN   account       AS c ON c.account_key = s.account_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
),
tested AS (
    SELECT p.account_key, p.household_key, p.award_key, p.month, p.amount_fen, p.row_payment, p.account_no, p.holder, p.row_account,
           CASE WHEN max(p.institution_key) IS NOT NULL THEN 'institution_account'
                WHEN max(g.row_id) IS NOT NULL THEN 'custody_filed'
                WHEN max(m.row_id) IS NOT NULL THEN 'holder_is_member' END AS in_order_as,
           max(g.row_id) AS row_custody_agreement, max(m.row_id) AS row_household_member
    FROM   paid AS p
    LEFT   JOIN household_member AS m
           ON  m.household_key = p.household_key AND m.person_key = p.holder_key
           AND coalesce(m.joined_on, p.month) < month_after(p.month) AND coalesce(m.left_on, p.month) >= p.month
    LEFT   JOIN custody_agreement AS g
           ON  g.household_key = p.household_key
           AND (g.account_key = p.account_key OR g.custodian_key = p.holder_key)
           AND g.signed_on IS NOT NULL AND g.filed_on IS NOT NULL
    WHERE  p.least_household <> p.greatest_household
    GROUP  BY p.account_key, p.household_key, p.award_key, p.month, p.amount_fen, p.row_payment, p.account_no, p.holder, p.row_account
),
households AS (
    SELECT account_key, count(DISTINCT household_key) AS together
    FROM   tested
    GROUP  BY account_key
),
ranked AS (
    SELECT t.*, n.together,
           min(CASE WHEN t.in_order_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY t.account_key) AS all_exempt,
           -- An agreement says more than a membership of one of the households.
           row_number() OVER (PARTITION BY t.account_key
                              ORDER BY CASE t.in_order_as WHEN 'custody_filed' THEN 0 ELSE 1 END, t.month, t.row_payment) AS nth
    FROM   tested     AS t
    JOIN   households AS n ON n.account_key = t.account_key
)
SELECT r.account_key AS subject_key, r.household_key, r.award_key, r.account_key, r.month, r.amount_fen,
       CASE r.in_order_as WHEN 'institution_account' THEN 'institution_account' WHEN 'custody_filed' THEN 'custody_filed'
                          WHEN 'holder_is_member' THEN 'holder_is_member' END AS exemption,
       r.account_no, r.holder, r.together, coalesce(h.head_name, '') AS head,
       r.row_payment, r.row_account,
       r.row_custody_agreement AS against_custody_agreement, r.row_household_member AS against_household_member
FROM   ranked    AS r
JOIN   household AS h ON h.household_key = r.household_key
WHERE  r.in_order_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, exemption, r.month, r.household_key, r.award_key, row_payment
