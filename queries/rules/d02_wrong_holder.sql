-- id         = "d02_wrong_holder"
-- typology   = "D02"
-- version    = 4
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["award_account", "payment", "account", "household_member", "award_member", "identity", "custody_agreement", "household", "kin_edge", "kin_chain", "official_circle", "award"]
-- optional   = ["official"]
-- columns    = ["payment.account_no", "custody_agreement.signed_on"]
-- # Sons and neighbours who draw for the old are the rule; an official's account is the exception that counts.
-- prior      = 0.55
-- reason_zh  = "救助金{months}个月（{month_from}至{month_to}）发放至非家庭成员{holder}的账户（{account_no}）{official_zh}，涉及{amount}元。"
-- reason_en  = "In {months} months ({month_from} to {month_to}) the award was paid into account {account_no} of {holder}, who is no member of the household{official_en}; {amount} yuan."
-- why        = "Money on a stranger's account reaches the family only if the stranger passes it on."
-- innocent   = ["A grown child outside the household draws for old parents; the agreement was never written.", "A ward's guardian, or an account ordered by a court.", "The account number was mistyped and the bank returned nothing."]
-- blind      = ["The family's own card kept by somebody else.", "Kinship that no register shows."]
-- basis      = ["刑法 art. 382", "民发〔2021〕57号 art. 25 and 26"]
-- [exemptions.parent_of_minor]
-- zh       = "开户人是被保障未成年人的父母"
-- en       = "the holder is a parent of a covered minor"
-- contract = "parent of a covered minor"
-- [exemptions.custody_signed]
-- zh       = "已与开户人签订代管（代领）协议"
-- en       = "a custody agreement with the holder is signed"
-- contract = "signed custody_agreement with the holder"
-- [exemptions.institution_account]
-- zh       = "供养机构账户"
-- en       = "the account of a support institution"
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 17, 23 and 27: a person under 18 is a minor, whose parents are guardians and act for it"

-- Accounts per award first, for they are few; then the months of those whose holder is not plainly a member.
WITH doubtful AS (
    SELECT u.award_key, u.household_key, u.account_key, h.region_code, c.account_no, c.holder_key, c.institution_key,
           c.holder_name AS holder, c.row_id AS row_account
    FROM   award_account  AS u
    JOIN   account        AS c ON c.account_key = u.account_key
    LEFT   JOIN household AS h ON h.household_key = u.household_key
    LEFT   JOIN household_member AS m
           ON  m.household_key = u.household_key AND m.person_key = c.holder_key
           AND m.left_on IS NULL AND coalesce(m.joined_on, u.first_month) < month_after(u.first_month)
    WHERE  m.row_id IS NULL AND (c.holder_key IS NOT NULL OR c.institution_key IS NOT NULL)
),
paid AS (
    SELECT d.*, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   doubtful AS d
    JOIN   payment  AS p ON p.award_key = d.award_key AND p.account_key = d.account_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
),
stranger AS (
    SELECT p.*
    FROM   paid AS p
    LEFT   JOIN household_member AS m
           ON  m.household_key = p.household_key AND m.person_key = p.holder_key
           AND coalesce(m.joined_on, p.month) < month_after(p.month) AND coalesce(m.left_on, p.month) >= p.month
    LEFT   JOIN award_member AS v
           ON  v.award_key = p.award_key AND v.person_key = p.holder_key
           AND p.month >= coalesce(v.from_month, p.month) AND p.month <= coalesce(v.to_month, p.month)
    WHERE  m.row_id IS NULL AND v.row_id IS NULL
),
covered AS (
    SELECT s.*, v.person_key AS covered_key
    FROM   stranger     AS s
    LEFT   JOIN award_member AS v
           ON  v.award_key = s.award_key
           AND s.month >= coalesce(v.from_month, s.month) AND s.month <= coalesce(v.to_month, s.month)
),
young AS (
    SELECT v.row_payment, v.covered_key, v.holder_key
    FROM   covered  AS v
    JOIN   identity AS i ON i.person_key = v.covered_key
    WHERE  i.birth_date > month_add(v.month, -216)
),
child AS (
    SELECT DISTINCT covered_key AS person_key FROM young
),
parent AS (
    -- As a register states it, or by way of one relative: the mother of a register book's child is the head's wife.
    SELECT c.person_key, k.relative_key
    FROM   child    AS c
    JOIN   kin_edge AS k ON k.person_key = c.person_key
    WHERE  k.relation = 'parent'
    UNION
    SELECT c.person_key, b.relative_key
    FROM   child     AS c
    JOIN   kin_edge  AS a ON a.person_key = c.person_key
    JOIN   kin_edge  AS b ON b.person_key = a.relative_key
    JOIN   kin_chain AS n ON n.so_far = a.relation AND n.step = b.relation
    WHERE  n.relation = 'parent'
),
minor AS (
    SELECT DISTINCT y.row_payment
    FROM   young  AS y
    JOIN   parent AS p ON p.person_key = y.covered_key AND p.relative_key = y.holder_key
),
tested AS (
    SELECT s.award_key, s.household_key, s.account_key, s.account_no, s.holder_key, s.holder, s.month, s.amount_fen,
           s.row_payment, s.row_account,
           CASE WHEN max(s.institution_key) IS NOT NULL THEN 'institution_account'
                WHEN max(n.row_payment) IS NOT NULL THEN 'parent_of_minor'
                WHEN max(g.row_id) IS NOT NULL THEN 'custody_signed' END AS exempt_as,
           max(g.row_id) AS row_custody_agreement,
           min(o.kin) AS kin, first_value(o.official_key ORDER BY o.kin, o.degree, o.row_official) AS official_key,
           first_value(o.row_official ORDER BY o.kin, o.degree, o.row_official) AS row_official
    FROM   stranger AS s
    LEFT   JOIN minor AS n ON n.row_payment = s.row_payment
    LEFT   JOIN custody_agreement AS g
           ON g.household_key = s.household_key AND g.custodian_key = s.holder_key AND g.signed_on < month_after(s.month)
    LEFT   JOIN official_circle AS o
           ON  o.person_key = s.holder_key
           AND o.office_from < month_after(s.month) AND o.office_to >= s.month AND o.tie_from < month_after(s.month) AND o.tie_to >= s.month
           AND (o.depth = 'close' OR (o.depth = 'extended' AND local_text(s.region_code, 'kin_depth', s.month) = 'extended'))
    GROUP  BY s.award_key, s.household_key, s.account_key, s.account_no, s.holder_key, s.holder, s.month, s.amount_fen,
              s.row_payment, s.row_account
),
chained AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award it touches.
    SELECT t.*,
           first_value(a.award_key) OVER (PARTITION BY a.household_key, a.programme, coalesce(a.application_key, -1)
                                          ORDER BY a.start_month DESC, a.award_key DESC) AS last_award_key
    FROM   tested AS t
    JOIN   award  AS a ON a.award_key = t.award_key
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY last_award_key) AS all_exempt,
           min(kin) OVER (PARTITION BY last_award_key) AS nearest,
           row_number() OVER (PARTITION BY last_award_key ORDER BY month, row_payment) AS nth
    FROM   chained
)
SELECT last_award_key AS subject_key, household_key, award_key, account_key, holder_key AS person_key, official_key, month, amount_fen,
       CASE exempt_as WHEN 'institution_account' THEN 'institution_account' WHEN 'parent_of_minor' THEN 'parent_of_minor'
                      WHEN 'custody_signed' THEN 'custody_signed' END AS exemption,
       CASE WHEN nearest IS NULL THEN 3 ELSE 4 END AS severity,
       coalesce(holder, '') AS holder, account_no,
       CASE nearest WHEN 0 THEN '，开户人系在任工作人员' WHEN 1 THEN '，开户人系在任工作人员的近亲属' ELSE '' END AS official_zh,
       CASE nearest WHEN 0 THEN ' and an official in office' WHEN 1 THEN ' and close kin of an official in office' ELSE '' END AS official_en,
       row_payment, row_account, row_official, row_custody_agreement AS against_custody_agreement
FROM   ranked
WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, month, row_payment
