-- id         = "a02_paid_in_detention"
-- typology   = "A02"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "identity", "detention", "award_head_count"]
-- columns    = ["detention.to_date"]
-- # Prison records are few and kept by day; what fails is mostly the identity of the inmate.
-- prior      = 0.75
-- reason_zh  = "{name}自{detained_from}起{kind_zh}，其间仍发放{months}个月（{month_from}至{month_to}），涉及{amount}元。"
-- reason_en  = "{name} was {kind_en} from {detained_from}; {months} months were still paid ({month_from} to {month_to}), {amount} yuan."
-- why        = "An inmate is kept by the state and is no member of the household while inside, so the share paid for him reaches somebody else."
-- innocent   = ["Probation is served at home and does not end the benefit.", "The record belongs to another person: compare name and ID number.", "Parole, medical parole or an early release not yet in the extract.", "The family reported it and the office stopped late."]
-- blind      = ["Detention in another province that the extract does not cover.", "Remand and administrative detention are not in the extract."]
-- basis      = ["民发〔2021〕57号 art. 7", "特困人员认定办法 art. 24"]
-- [exemptions.probation]
-- zh       = "缓刑、社区矫正不属羁押"
-- en       = "probation is served at home"
-- contract = "probation is not detention"
-- [exemptions.name_mismatch]
-- zh       = "羁押记录上的姓名与本人不符，可能属于他人"
-- en       = "the record bears another name and may be another person's"

-- One row a paid month that lies wholly inside the interval.
SELECT m.person_key                          AS subject_key,
       p.household_key, p.award_key, p.month,
       p.amount_fen / n.head_count AS amount_fen,
       d.from_date                           AS detained_from, d.from_date AS known_on,
       CASE d.kind WHEN 'prison' THEN '在监狱服刑' WHEN 'compulsory_rehab' THEN '被强制隔离戒毒' ELSE '被判处缓刑' END AS kind_zh,
       CASE d.kind WHEN 'prison' THEN 'in prison' WHEN 'compulsory_rehab' THEN 'in compulsory rehabilitation' ELSE 'on probation' END AS kind_en,
       CASE WHEN d.kind = 'probation' THEN 'probation'
            WHEN NOT coalesce(names_match(d.name, i.name), true) THEN 'name_mismatch' END AS exemption,
       d.row_id AS row_detention, p.row_id AS row_payment, m.row_id AS row_award_member
FROM   detention    AS d
JOIN   identity     AS i ON i.person_key = d.person_key
JOIN   award_member AS m ON m.person_key = d.person_key
JOIN   award        AS a ON a.award_key  = m.award_key
JOIN   award_head_count AS n ON n.award_key = m.award_key
JOIN   payment      AS p ON p.award_key  = m.award_key
WHERE  p.status = 'paid' AND p.amount_fen > 0
  AND  p.month >= d.from_date
  AND  p.month <  month_of(coalesce(d.to_date, $as_of) + INTERVAL '1 day')
  AND  p.month >= coalesce(m.from_month, a.start_month, p.month)
  AND  p.month <= coalesce(m.to_month, p.month)
ORDER  BY subject_key, exemption, p.month, p.award_key, row_payment, row_detention
