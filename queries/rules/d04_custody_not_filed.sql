-- id         = "d04_custody_not_filed"
-- typology   = "D04"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "governance"
-- subject    = "household"
-- reads      = ["award_account", "custody_agreement", "payment", "account"]
-- columns    = ["payment.account_no", "custody_agreement.signed_on", "custody_agreement.filed_on"]
-- # The office's own list lacks the signature or the filing; what fails is a paper filed and not entered.
-- prior      = 0.7
-- reason_zh  = "{name}家庭的救助金由{custodian}代管（代领），协议{lacking_zh}，{months}个月（{month_from}至{month_to}）仍发放至其账户（{account_no}）。"
-- reason_en  = "{custodian} keeps the assistance of the household of {name}; the agreement is {lacking_en}, and {months} months ({month_from} to {month_to}) were paid into that account ({account_no})."
-- why        = "A passbook kept without paper is where money of those who cannot count it gets lost."
-- innocent   = ["The agreement is signed on paper and was never entered.", "Signed by the family, with the township's filing under way."]
-- blind      = ["Passbooks kept without any agreement on the list: see D01 and D02."]
-- basis      = ["民发〔2021〕57号 art. 26"]

-- Agreements that lack a date, unless another of the same household and custodian lacks none.
WITH lacking AS (
    SELECT g.household_key, g.custodian_key, g.account_key, coalesce(g.custodian_name, '') AS custodian,
           g.signed_on, g.filed_on, g.row_id AS row_custody_agreement
    FROM   custody_agreement AS g
    LEFT   JOIN custody_agreement AS w
           ON  w.household_key = g.household_key AND w.custodian_key = g.custodian_key
           AND w.signed_on IS NOT NULL AND w.filed_on IS NOT NULL
    WHERE  (g.signed_on IS NULL OR g.filed_on IS NULL) AND w.row_id IS NULL
),
ranked AS (
    SELECT l.*, p.award_key, p.month, p.row_id AS row_payment, c.account_no, c.row_id AS row_account,
           row_number() OVER (PARTITION BY p.row_id ORDER BY l.row_custody_agreement) AS choice
    FROM   lacking       AS l
    JOIN   award_account AS u ON u.household_key = l.household_key
    JOIN   account       AS c ON c.account_key = u.account_key
    JOIN   payment       AS p ON p.award_key = u.award_key AND p.account_key = u.account_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  (c.account_key = l.account_key OR c.holder_key = l.custodian_key)
)
SELECT household_key AS subject_key, household_key, award_key, custodian_key AS person_key, month,
       custodian, account_no,
       CASE WHEN signed_on IS NULL AND filed_on IS NULL THEN '未签订也未备案' WHEN signed_on IS NULL THEN '未签订' ELSE '未备案' END AS lacking_zh,
       CASE WHEN signed_on IS NULL AND filed_on IS NULL THEN 'neither signed nor filed' WHEN signed_on IS NULL THEN 'not signed' ELSE 'not filed' END AS lacking_en,
       row_custody_agreement, row_payment, row_account
FROM   ranked
WHERE  choice = 1
ORDER  BY subject_key, month, award_key, row_payment
