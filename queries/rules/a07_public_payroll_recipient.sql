-- id         = "a07_public_payroll_recipient"
-- typology   = "A07"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "identity", "employment", "award_head_count"]
-- columns    = ["employment.to_month"]
-- # A salary from the public budget is well recorded; what fails is mostly a stale record of a former post.
-- prior      = 0.65
-- reason_zh  = "{name}由{employer}以机关事业单位身份参保（{employed_from}起），{months}个月（{month_from}至{month_to}）同时享受救助，其份额{amount}元。"
-- reason_en  = "{name} is insured by {employer} as staff on the public budget (from {employed_from}); {months} months of assistance were paid meanwhile ({month_from} to {month_to}), {amount} yuan of it this person's share."
-- why        = "A salary from the public budget is over every standard, and its receiver knows the rules."
-- innocent   = ["A public-welfare post or temporary help entered under the wrong kind.", "Contributions paid on for a former employee, or in arrears for earlier months.", "Allowances of village cadres and survivors' pensions are no salary."]
-- blind      = ["Staff employed through an agency.", "Contributions in another county."]
-- basis      = ["民发〔2021〕57号 art. 13"]
-- [exemptions.public_welfare_post]
-- zh       = "公益性岗位人员不属财政供养"
-- en       = "a public-welfare post is no post on the public budget"
-- contract = "public_welfare_post"
-- [exemptions.employment_ended]
-- zh       = "参保在发放前已终止"
-- en       = "the employment had ended before the paid months"
-- contract = "employment ended before the paid months"
-- [exemptions.name_mismatch]
-- zh       = "参保登记的姓名与本人不符，可能属于他人"
-- en       = "the record bears another name and may be another person's"

-- A payment counts once for a person, by the post that no exemption covers; a person with exempt posts alone
-- comes out once, in the first month.
WITH paid AS (
    SELECT e.person_key, e.employer, e.from_month AS employed_from, e.row_id AS row_employment,
           p.household_key, p.award_key, p.month, p.amount_fen / n.head_count AS share_fen,
           p.row_id AS row_payment, m.row_id AS row_award_member,
           CASE WHEN e.employer_kind = 'public_welfare_post' THEN 'public_welfare_post'
                WHEN e.to_month < p.month THEN 'employment_ended'
                WHEN NOT coalesce(names_match(e.name, i.name), true) THEN 'name_mismatch' END AS exemption
    FROM   employment       AS e
    JOIN   identity         AS i ON i.person_key = e.person_key
    JOIN   award_member     AS m ON m.person_key = e.person_key
    JOIN   award            AS a ON a.award_key = m.award_key
    JOIN   award_head_count AS n ON n.award_key = m.award_key
    JOIN   payment          AS p ON p.award_key = m.award_key
    WHERE  e.employer_kind IN ('public_budget', 'public_welfare_post')
      AND  e.from_month <= p.month
      AND  (e.employer_kind = 'public_budget' OR coalesce(e.to_month, p.month) >= p.month)
      AND  a.programme IN ('dibao', 'tekun')
      AND  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= coalesce(m.from_month, a.start_month, p.month)
      AND  p.month <= coalesce(m.to_month, p.month)
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY person_key, month, row_payment
                              ORDER BY CASE WHEN exemption IS NULL THEN 0 ELSE 1 END, employed_from DESC, row_employment, row_award_member) AS choice,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY person_key) AS all_exempt,
           min(month) OVER (PARTITION BY person_key) AS first_month
    FROM   paid
)
SELECT person_key AS subject_key, household_key, award_key, person_key, month, share_fen AS amount_fen, exemption,
       coalesce(employer, '某单位') AS employer, employed_from, employed_from AS known_on,
       row_employment, row_payment, row_award_member
FROM   ranked
WHERE  choice = 1
  AND  (exemption IS NULL OR (all_exempt = 1 AND month = first_month))
ORDER  BY subject_key, exemption, month, award_key, row_payment
