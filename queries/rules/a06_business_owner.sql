-- id         = "a06_business_owner"
-- typology   = "A06"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "paid_run", "family_business", "enterprise_role"]
-- needs      = ["enterprise.status"]
-- columns    = ["enterprise_role.to_date"]
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

-- Paid runs meet the periods of `family_business`; payments are looked up for what comes out alone. A payment
-- counts once; a household with exempt roles alone comes out once, in its first month.
WITH hit AS (
    SELECT b.household_key, b.person_key, r.award_key, b.exemption, b.row_enterprise_role, b.row_enterprise, b.row_household_member,
           greatest(b.from_month, r.from_month) AS first_month, least(b.to_month, r.to_month) AS last_month
    FROM   family_business AS b
    JOIN   paid_run        AS r ON r.household_key = b.household_key
    JOIN   award           AS a ON a.award_key = r.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
      AND  greatest(b.from_month, r.from_month) <= least(b.to_month, r.to_month)
),
ranked AS (
    SELECT *,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY first_month, row_enterprise_role, row_household_member, award_key) AS nth
    FROM   hit
),
paid AS (
    SELECT s.household_key, s.person_key, s.award_key, s.exemption, s.row_enterprise_role, s.row_enterprise, s.row_household_member,
           p.month, p.amount_fen, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY p.row_id ORDER BY s.row_enterprise_role, s.row_household_member, s.first_month) AS choice
    FROM   ranked  AS s
    JOIN   payment AS p ON p.award_key = s.award_key
    WHERE  (s.exemption IS NULL OR (s.all_exempt = 1 AND s.nth = 1))
      AND  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= s.first_month AND p.month <= CASE WHEN s.exemption IS NULL THEN s.last_month ELSE s.first_month END
),
named AS (
    SELECT DISTINCT row_enterprise_role, row_household_member, owner, enterprise, role FROM family_business
)
SELECT p.household_key AS subject_key, p.household_key, p.award_key, p.person_key, p.month, p.amount_fen,
       CASE p.exemption WHEN 'dormant_or_revoked' THEN 'dormant_or_revoked' WHEN 'cooperative_member' THEN 'cooperative_member'
                        WHEN 'small_individual_shop' THEN 'small_individual_shop' WHEN 'role_ended' THEN 'role_ended'
                        WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       f.from_date AS known_on, b.owner, b.enterprise,
       CASE b.role WHEN 'legal_representative' THEN '法定代表人（经营者）' WHEN 'shareholder' THEN '股东' WHEN 'executive' THEN '董事、监事或高管' ELSE '成员' END AS role_zh,
       CASE b.role WHEN 'legal_representative' THEN 'legal representative' WHEN 'shareholder' THEN 'shareholder' WHEN 'executive' THEN 'executive' ELSE 'member' END AS role_en,
       p.row_enterprise_role, p.row_enterprise, p.row_household_member, p.row_payment
FROM   paid  AS p
JOIN   named AS b ON b.row_enterprise_role = p.row_enterprise_role AND b.row_household_member = p.row_household_member
JOIN   enterprise_role AS f ON f.row_id = p.row_enterprise_role
WHERE  p.choice = 1
ORDER  BY subject_key, exemption, month, award_key, row_payment
