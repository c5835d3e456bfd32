-- id         = "a20_single_person_no_ground"
-- typology   = "A20"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["award", "award_member", "payment", "application", "disability", "medical_settlement"]
-- optional   = ["application"]
-- columns    = ["award.single_person", "medical_settlement.serious_illness"]
-- # The flag of a single-person award is also set by mistake for people who simply live alone.
-- prior      = 0.6
-- reason_zh  = "{name}按“单人户”纳入（{award_no}，{decided_on}确认），未见一、二级残疾或三级智力、精神残疾，此前{illness_months}个月内也无重特大疾病结算；{months}个月（{month_from}至{month_to}）发放{amount}元。"
-- reason_en  = "{name} was admitted alone ({award_no}, decided on {decided_on}) without a certificate of grade 1 or 2, or of grade 3 for an intellectual or mental disability, and without a serious illness settled in the {illness_months} months before; {amount} yuan was paid in {months} months ({month_from} to {month_to})."
-- why        = "Admission alone leaves the family's income out of account; the law keeps it for the gravely ill and disabled of families on the margin, and elsewhere it is a way round the means test."
-- innocent   = ["The person lives alone as a family of one, and the flag was set by mistake.", "A member of a religious order for three years or more.", "Treated in another province, or the certificate lies with another county: renewal lags.", "The 2022 notice admits some unemployed adults with disabilities on wider grounds."]
-- blind      = ["Grounds that were forged: a certificate counts as it stands.", "Whether the family is on the margin at all."]
-- basis      = ["民发〔2021〕57号 art. 8", "2022年10月民政部、财政部通知"]
-- [exemptions.serious_illness_ground]
-- zh       = "审核确认前曾有重特大疾病结算，属单人户依据"
-- en       = "a serious illness was settled before the decision: a ground"
-- [parameters.illness_months]
-- default = 24
-- min     = 1
-- max     = 60
-- meaning = "how many months before the decision a settlement for a serious illness is a ground"
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "民发〔2021〕57号 art. 8: a severe disability is a ground for admission alone"
-- [[legal_criteria]]
-- attribute = "serious_illness"
-- law       = "民发〔2021〕57号 art. 8: a serious illness is a ground for admission alone"

-- A certificate is a ground unless it had lapsed by the decision: registers keep only the renewed one, so the day
-- of issue says nothing. Without a decision's date the first month of the benefit stands for it.
WITH single AS (
    SELECT a.award_key, a.household_key, a.award_no, a.programme, coalesce(a.application_key, -1) AS chain, a.start_month, a.row_id AS row_award,
           coalesce(p.decided_on, min(a.start_month) OVER (PARTITION BY a.household_key, a.programme, coalesce(a.application_key, -1))) AS decided_on,
           p.row_id AS row_application
    FROM   award            AS a
    LEFT   JOIN application AS p ON p.application_key = a.application_key
    WHERE  a.single_person AND a.programme IN ('dibao', 'tekun')
),
disabled AS (
    SELECT DISTINCT s.award_key
    FROM   single       AS s
    JOIN   award_member AS m ON m.award_key = s.award_key
    JOIN   disability   AS d ON d.person_key = m.person_key
    WHERE  (d.grade <= 2 OR (d.grade = 3 AND d.category IN ('intellectual', 'mental')))
      AND  coalesce(d.to_date, s.decided_on) >= s.decided_on
),
ill AS (
    SELECT s.award_key, max(i.row_id) AS row_medical_settlement
    FROM   single             AS s
    JOIN   award_member       AS m ON m.award_key = s.award_key
    JOIN   medical_settlement AS i ON i.person_key = m.person_key
    WHERE  i.serious_illness AND coalesce(i.admitted_on, i.discharged_on) <= s.decided_on
      -- A month that has begun counts whole.
      AND  months_between(coalesce(i.discharged_on, i.admitted_on), s.decided_on)
           + CASE WHEN date_part('day', s.decided_on) > date_part('day', coalesce(i.discharged_on, i.admitted_on)) THEN 1 ELSE 0 END
           <= $illness_months
    GROUP  BY s.award_key
),
paid AS (
    SELECT s.*, i.row_medical_settlement, p.month, p.amount_fen, p.row_id AS row_payment,
           first_value(s.award_key) OVER (PARTITION BY s.household_key, s.programme, s.chain ORDER BY s.start_month DESC, s.award_key DESC) AS last_award_key
    FROM   single        AS s
    LEFT   JOIN disabled AS d ON d.award_key = s.award_key
    LEFT   JOIN ill      AS i ON i.award_key = s.award_key
    LEFT   JOIN payment  AS p ON p.award_key = s.award_key AND p.status = 'paid' AND p.amount_fen > 0
    WHERE  d.award_key IS NULL
),
ranked AS (
    SELECT *,
           min(CASE WHEN row_medical_settlement IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY last_award_key) AS all_exempt,
           row_number() OVER (PARTITION BY last_award_key ORDER BY month, row_payment) AS nth
    FROM   paid
)
SELECT last_award_key AS subject_key, household_key, award_key, coalesce(month, start_month) AS month, amount_fen,
       CASE WHEN row_medical_settlement IS NOT NULL THEN 'serious_illness_ground' END AS exemption,
       award_no, decided_on, $illness_months AS illness_months,
       row_award, row_application, row_payment, row_medical_settlement AS against_medical_settlement
FROM   ranked
WHERE  row_medical_settlement IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, 4, award_key, row_payment
