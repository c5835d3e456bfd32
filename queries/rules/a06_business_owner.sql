-- id         = "a06_business_owner"
-- typology   = "A06"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "household_member", "identity", "enterprise", "enterprise_role"]
-- # Lent names and shells are common among poor families: about half of such matches fall away on a visit.
-- prior      = 0.45
-- reason_zh  = "{name}家庭成员{owner}任“{enterprise}”{role_zh}，{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "{owner}, a member of the household of {name}, is {role_en} of {enterprise}; {months} months were paid meanwhile ({month_from} to {month_to}), {amount} yuan."
-- why        = "Owning or running a company that is in business is means and income that the declaration should have shown."
-- innocent   = ["The name was lent to an employer or a relative: ask who signs and who pays the tax.", "The business closed and nobody struck it off.", "A shareholding from a village collective or a former job that pays nothing.", "The role was registered by somebody else with a copied identity card."]
-- blind      = ["Businesses in the name of relatives outside the household.", "The extract has the status of today: a company that was dormant earlier shows as active."]
-- basis      = ["民发〔2021〕57号 art. 8 and 17", "local property rule"]
-- [exemptions.dormant_or_revoked]
-- zh       = "企业已歇业、吊销或注销"
-- en       = "the enterprise is dormant, revoked or struck off"
-- contract = "dormant or revoked"
-- [exemptions.cooperative_member]
-- zh       = "仅为农民专业合作社成员"
-- en       = "a farmers' cooperative"
-- contract = "cooperative member"
-- [exemptions.small_individual_shop]
-- zh       = "小额个体工商户"
-- en       = "a small individual shop"
-- contract = "small individual shop"
-- [exemptions.role_ended]
-- zh       = "任职在发放前已结束"
-- en       = "the role had ended before the paid months"
-- contract = "role ended before"
-- [exemptions.name_mismatch]
-- zh       = "登记的姓名与本人不符，可能属于他人"
-- en       = "the register bears another name and the role may be another person's"

-- Who runs what, then the paid months of that role. A payment counts once; a household with exempt roles
-- alone comes out once, in its first month.
WITH role AS (
    SELECT m.household_key, m.person_key, m.joined_on, m.left_on, h.region_code, i.name AS owner,
           r.role, coalesce(r.from_date, e.founded_on) AS from_date, r.to_date,
           e.name AS enterprise, e.status, e.registered_capital_fen,
           -- The code itself tells the kind where the column does not (GB 32100).
           coalesce(e.kind, CASE substr(e.uscc, 1, 2) WHEN '91' THEN 'company' WHEN '92' THEN 'individual' WHEN '93' THEN 'cooperative' END) AS kind,
           NOT coalesce(names_match(r.name, i.name), true) AS other_name,
           r.row_id AS row_enterprise_role, e.row_id AS row_enterprise, m.row_id AS row_household_member
    FROM   enterprise_role  AS r
    JOIN   enterprise       AS e ON e.enterprise_key = r.enterprise_key
    JOIN   household_member AS m ON m.person_key = r.person_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   identity         AS i ON i.person_key = r.person_key
    WHERE  e.status IN ('active', 'dormant', 'revoked')
),
paid AS (
    SELECT o.*, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           CASE WHEN o.status <> 'active' THEN 'dormant_or_revoked'
                WHEN o.kind = 'cooperative' THEN 'cooperative_member'
                WHEN o.kind = 'individual'
                     AND coalesce(o.registered_capital_fen, 0) <= 100 * local_number(o.region_code, 'individual_capital_limit', p.month)
                     THEN 'small_individual_shop'
                WHEN o.to_date < p.month THEN 'role_ended'
                WHEN o.other_name THEN 'name_mismatch' END AS exempt_as
    FROM   role    AS o
    JOIN   payment AS p ON p.household_key = o.household_key
    JOIN   award   AS a ON a.award_key = p.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  a.programme IN ('dibao', 'tekun')
      AND  (o.role IN ('legal_representative', 'shareholder', 'executive') OR o.kind = 'cooperative')
      AND  o.kind IN ('company', 'individual', 'cooperative')
      AND  coalesce(o.from_date, p.month) < month_after(p.month)
      AND  coalesce(o.joined_on, p.month) < month_after(p.month)
      AND  coalesce(o.left_on, p.month) >= p.month
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY household_key, month, row_payment
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, row_enterprise_role, row_household_member) AS choice,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           min(month) OVER (PARTITION BY household_key) AS first_month
    FROM   paid
)
SELECT household_key AS subject_key, household_key, award_key, person_key, month, amount_fen,
       CASE exempt_as WHEN 'dormant_or_revoked' THEN 'dormant_or_revoked' WHEN 'cooperative_member' THEN 'cooperative_member'
                      WHEN 'small_individual_shop' THEN 'small_individual_shop' WHEN 'role_ended' THEN 'role_ended'
                      WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       owner, enterprise,
       CASE role WHEN 'legal_representative' THEN '法定代表人（经营者）' WHEN 'shareholder' THEN '股东' WHEN 'executive' THEN '董事、监事或高管' ELSE '成员' END AS role_zh,
       CASE role WHEN 'legal_representative' THEN 'legal representative' WHEN 'shareholder' THEN 'shareholder' WHEN 'executive' THEN 'executive' ELSE 'member' END AS role_en,
       row_enterprise_role, row_enterprise, row_household_member, row_payment
FROM   ranked
WHERE  choice = 1
  AND  (exempt_as IS NULL OR (all_exempt = 1 AND month = first_month))
ORDER  BY subject_key, exemption, month, award_key, row_payment
