-- id         = "d03_bulk_account_change"
-- typology   = "D03"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "official"
-- reads      = ["account_change", "award", "account", "official", "payment", "identity", "award_member", "household_member", "custody_agreement"]
-- optional   = ["household_member", "custody_agreement"]
-- needs      = ["account_change.operator"]
-- columns    = ["custody_agreement.signed_on"]
-- # The audit log is sure who and when; strangers' accounts in bulk leave little but a relative who draws for many.
-- prior      = 0.7
-- reason_zh  = "{operator}于{day}（{at}起）一天内变更{changes}份待遇的收款账户，其中{strangers}份改为非领取人本人的账户（如{holder}的{account_no}），此后已向这些账户发放{amount}元。"
-- reason_en  = "On {day} (from {at}) {operator} changed the accounts of {changes} awards, {strangers} of them to accounts that are not the payees' own (as {account_no} of {holder}); {amount} yuan have been paid there since."
-- why        = "One hand that moves many payments to other people's accounts on one day is how a pay run is diverted; the log is the trace it leaves."
-- innocent   = ["A bank merger or card renewal with holders entered wrongly.", "A relative or the village keeps the books of old people, and nobody filed the agreements.", "A correction of many typing errors by the clerk who found them.", "Somebody else used the operator's login: ask who sat there."]
-- blind      = ["Changes spread over several days, or over several logins.", "Changes made at the bank and not in the system.", "New accounts that the account list does not hold, and operators whom the roster does not name."]
-- basis      = ["民发〔2021〕57号 art. 25 and 26", "刑法 art. 382"]
-- [exemptions.own_new_accounts]
-- zh       = "新账户为领取人本人或其家庭成员的账户（银行合并、换卡）"
-- en       = "the new accounts are the payees' own or of their families: a bank merger or card renewal"
-- contract = "new accounts are the payees' own (bank merger, card renewal)"
-- [exemptions.institution_account]
-- zh       = "改为供养机构账户"
-- en       = "changed to the account of a support institution"
-- [exemptions.custody_signed]
-- zh       = "已与新账户开户人签订代管（代领）协议"
-- en       = "a custody agreement with the new holder is signed"

-- Days on which an operator changed many awards come first, for they are few; then whose each new account is.
WITH changed AS (
    SELECT c.operator_key, CAST(c.changed_at AS DATE) AS day, c.changed_at, c.award_key, a.household_key, c.new_account_key,
           -- A chain of awards under one application is one benefit.
           coalesce(a.application_key, -1 - a.award_key) AS benefit_key, c.row_id AS row_account_change
    FROM   account_change AS c
    JOIN   award          AS a ON a.award_key = c.award_key
    WHERE  c.operator_key IS NOT NULL AND coalesce(c.new_account_key <> c.old_account_key, true)
),
busy AS (
    SELECT c.operator_key, c.day, min(c.changed_at) AS began_at, count(DISTINCT c.benefit_key) AS changes,
           min(local_number(o.region_code, 'bulk_change_awards', c.day)) AS bulk, min(o.name) AS operator, min(o.row_id) AS row_official
    FROM   changed  AS c
    JOIN   official AS o ON o.official_key = c.operator_key
    GROUP  BY c.operator_key, c.day
    HAVING count(DISTINCT c.benefit_key) >= min(local_number(o.region_code, 'bulk_change_awards', c.day))
),
moved AS (
    SELECT c.*, n.account_no, n.holder_key, n.holder_name, n.institution_key, n.row_id AS row_account
    FROM   busy    AS b
    JOIN   changed AS c ON c.operator_key = b.operator_key AND c.day = b.day
    JOIN   account AS n ON n.account_key = c.new_account_key
),
payee AS (
    SELECT m.row_account_change, m.holder_key, m.holder_name, p.payee_key, bool_or(p.month <= m.day) AS before
    FROM   moved   AS m
    JOIN   payment AS p ON p.household_key = m.household_key
    GROUP  BY m.row_account_change, m.holder_key, m.holder_name, p.payee_key
),
drawn AS (
    SELECT p.row_account_change,
           -- Whoever became the payee only with the change does not make the account his own.
           bool_or(p.before AND (coalesce(p.payee_key = p.holder_key, false) OR coalesce(names_match(p.holder_name, i.name), false))) AS own
    FROM   payee    AS p
    LEFT   JOIN identity AS i ON i.person_key = p.payee_key
    GROUP  BY p.row_account_change
),
family AS (
    SELECT m.row_account_change FROM moved AS m JOIN award_member AS v ON v.household_key = m.household_key AND v.person_key = m.holder_key
    UNION
    SELECT m.row_account_change FROM moved AS m JOIN household_member AS v ON v.household_key = m.household_key AND v.person_key = m.holder_key
),
agreed AS (
    SELECT m.row_account_change, min(g.row_id) AS row_custody_agreement
    FROM   moved             AS m
    JOIN   custody_agreement AS g ON g.household_key = m.household_key AND g.custodian_key = m.holder_key
    WHERE  g.signed_on <= m.day
    GROUP  BY m.row_account_change
),
judged AS (
    SELECT m.*, g.row_custody_agreement,
           CASE WHEN coalesce(d.own, false) OR f.row_account_change IS NOT NULL THEN 'own_new_accounts'
                WHEN m.institution_key IS NOT NULL THEN 'institution_account'
                WHEN g.row_custody_agreement IS NOT NULL THEN 'custody_signed' END AS exempt_as
    FROM   moved AS m
    LEFT   JOIN drawn  AS d ON d.row_account_change = m.row_account_change
    LEFT   JOIN family AS f ON f.row_account_change = m.row_account_change
    LEFT   JOIN agreed AS g ON g.row_account_change = m.row_account_change
),
counted AS (
    SELECT operator_key, day, count(DISTINCT CASE WHEN exempt_as IS NULL THEN benefit_key END) AS strangers,
           count(DISTINCT CASE WHEN exempt_as IS NOT NULL THEN benefit_key END) AS lawful
    FROM   judged
    GROUP  BY operator_key, day
),
ranked AS (
    SELECT j.*, b.began_at, b.changes, b.bulk, b.operator, b.row_official, k.strangers, k.lawful,
           row_number() OVER (PARTITION BY j.operator_key, j.day, CASE WHEN j.exempt_as IS NULL THEN 0 ELSE 1 END
                              ORDER BY CASE j.exempt_as WHEN 'own_new_accounts' THEN 0 WHEN 'institution_account' THEN 1 ELSE 2 END,
                                       j.changed_at, j.row_account_change) AS nth
    FROM   judged  AS j
    JOIN   busy    AS b ON b.operator_key = j.operator_key AND b.day = j.day
    JOIN   counted AS k ON k.operator_key = j.operator_key AND k.day = j.day
),
paid AS (
    -- A payment of a household two of whose awards were changed counts once.
    SELECT j.row_account_change, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY j.operator_key, j.day, p.row_id ORDER BY j.changed_at, j.row_account_change) AS nth
    FROM   judged  AS j
    JOIN   payment AS p ON p.household_key = j.household_key AND p.account_key = j.new_account_key
    WHERE  j.exempt_as IS NULL AND p.status = 'paid' AND coalesce(p.paid_on, p.month) >= j.day
)
-- Many households are touched: none stands for the others, and the place is the official's.
SELECT r.operator_key AS subject_key, CAST(r.day AS VARCHAR) AS case_key, r.operator_key AS official_key,
       p.award_key AS paid_award_key, coalesce(p.month, month_of(r.day)) AS month, coalesce(p.amount_fen, 0) AS amount_fen,
       CASE r.exempt_as WHEN 'own_new_accounts' THEN 'own_new_accounts' WHEN 'institution_account' THEN 'institution_account'
                        WHEN 'custody_signed' THEN 'custody_signed' END AS exemption,
       r.operator, r.day, CAST(CAST(r.began_at AS TIME) AS VARCHAR) AS at, r.changes, r.strangers, coalesce(r.holder_name, '') AS holder, r.account_no,
       r.row_account_change, r.row_account, p.row_payment, r.row_official, r.row_custody_agreement AS against_custody_agreement
FROM   ranked AS r
LEFT   JOIN paid AS p ON p.row_account_change = r.row_account_change AND p.nth = 1
WHERE  (r.exempt_as IS NULL AND r.strangers >= r.bulk) OR (r.exempt_as IS NOT NULL AND r.strangers < r.bulk AND r.lawful >= r.bulk AND r.nth = 1)
ORDER  BY subject_key, case_key, exemption, r.changed_at, r.row_account_change, month, p.row_payment
