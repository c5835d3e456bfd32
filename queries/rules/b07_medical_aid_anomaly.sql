-- id         = "b07_medical_aid_anomaly"
-- typology   = "B07"
-- version    = 1
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["medical_settlement", "identity", "award", "award_member", "application", "monitored"]
-- optional   = ["application", "monitored"]
-- # Bills that do not add up are facts; aid without a status is often a status that another list holds.
-- prior      = 0.55
-- reason_zh  = "{name}在{hospital}住院（{admitted_on}至{discharged_on}，结算单{settlement_no}），{what_zh}，涉及医疗救助{amount}元。"
-- reason_en  = "{name} was in hospital ({hospital}, {admitted_on} to {discharged_on}, settlement {settlement_no}); {what_en}. {amount} yuan of medical aid at issue."
-- why        = "Medical aid pays what insurance leaves to the poor. Aid over the bill, aid for somebody without a status and beds in two hospitals at once are how hospitals and middlemen draw it."
-- innocent   = ["The settlement was corrected later and both rows were exported.", "The status was granted for the time before, or stands on a list of another county.", "Transferred to another hospital and the first one discharged late on paper.", "Aid for a former period was paid with this bill."]
-- blind      = ["Stays that were never made and bills that are false in themselves.", "Where no monitored families were handed over nothing is said about a missing status.", "Outpatient bills without days."]
-- basis      = ["社会救助暂行办法 art. 28 to 32", "国办发〔2021〕42号"]
-- [exemptions.status_within_90_days]
-- zh       = "出院后不久即取得救助或监测身份"
-- en       = "a status was granted soon after the discharge"
-- contract = "status granted within 90 days after discharge"
-- [exemptions.name_mismatch]
-- zh       = "结算单上的姓名与本人不符，可能属于他人"
-- en       = "the settlement bears another name and may be another person's"
-- [parameters.status_days]
-- default = 90
-- min     = 0
-- max     = 366
-- meaning = "days after the discharge within which a status that is granted still explains the aid"
-- [parameters.overlap_days]
-- default = 1
-- min     = 0
-- max     = 30
-- meaning = "days that stays in two hospitals may overlap, as on a transfer"

-- Three things that cannot be: aid over the bill, aid without a status in the days of the stay, two beds at once.
WITH stay AS (
    SELECT s.person_key, s.settlement_no, coalesce(s.hospital, '某医院') AS hospital, name_normal(s.hospital) AS hospital_name,
           s.admitted_on, s.discharged_on, s.total_fen - coalesce(s.insurance_paid_fen, 0) AS left_fen,
           coalesce(s.assistance_paid_fen, 0) AS aid_fen, s.name, s.row_id AS row_medical_settlement
    FROM   medical_settlement AS s
    WHERE  s.person_key IS NOT NULL
),
aided AS (
    SELECT person_key, settlement_no, hospital, admitted_on, discharged_on, left_fen, aid_fen, name, row_medical_settlement,
           coalesce(admitted_on, discharged_on) AS from_on, coalesce(discharged_on, admitted_on) AS to_on
    FROM   stay
    WHERE  aid_fen > 0
),
status AS (
    SELECT p.person_key, m.household_key, coalesce(m.from_month, a.start_month) AS from_on,
           least(coalesce(s.decided_on, m.from_month, a.start_month), coalesce(m.from_month, a.start_month)) AS granted_on,
           month_after(coalesce(m.to_month, a.end_month)) AS until_on, a.row_id AS row_award, CAST(NULL AS BIGINT) AS row_monitored
    FROM   (SELECT DISTINCT person_key FROM aided) AS p
    JOIN   award_member AS m ON m.person_key = p.person_key
    JOIN   award        AS a ON a.award_key = m.award_key
    LEFT   JOIN application AS s ON s.application_key = a.application_key
    UNION  ALL
    SELECT p.person_key, NULL, coalesce(m.from_date, DATE '1900-01-01'), coalesce(m.from_date, DATE '1900-01-01'),
           day_add(m.to_date, 1), NULL, m.row_id
    FROM   (SELECT DISTINCT person_key FROM aided) AS p
    JOIN   monitored AS m ON m.person_key = p.person_key
),
known AS (
    SELECT a.row_medical_settlement,
           coalesce(bool_or(s.from_on <= a.to_on AND coalesce(s.until_on, day_add(a.from_on, 1)) > a.from_on), false) AS covered,
           coalesce(bool_or(s.from_on > a.to_on AND s.granted_on <= day_add(a.to_on, CAST($status_days AS BIGINT))), false) AS soon,
           min(CASE WHEN s.from_on > a.to_on THEN s.row_award END) AS row_award,
           min(CASE WHEN s.from_on > a.to_on THEN s.row_monitored END) AS row_monitored
    FROM   aided AS a
    LEFT   JOIN status AS s ON s.person_key = a.person_key
    WHERE  a.to_on IS NOT NULL
    GROUP  BY a.row_medical_settlement
),
overlap AS (
    SELECT b.*, a.hospital AS other_hospital, a.admitted_on AS other_from, a.discharged_on AS other_to,
           a.row_medical_settlement AS row_medical_settlement_other, a.name AS other_name, a.aid_fen AS other_aid_fen,
           row_number() OVER (PARTITION BY b.row_medical_settlement ORDER BY a.admitted_on, a.row_medical_settlement) AS nth
    FROM   stay AS a
    JOIN   stay AS b ON b.person_key = a.person_key
    WHERE  (b.admitted_on > a.admitted_on OR (b.admitted_on = a.admitted_on AND b.row_medical_settlement > a.row_medical_settlement))
      AND  b.hospital_name <> a.hospital_name
      -- A stay whose end is not recorded shows no more than its first day.
      AND  days_between(b.admitted_on, least(coalesce(a.discharged_on, a.admitted_on), coalesce(b.discharged_on, b.admitted_on))) > $overlap_days
),
found AS (
    SELECT 'over_bill' AS kind, person_key, settlement_no, hospital, admitted_on, discharged_on, aid_fen - left_fen AS amount_fen,
           name, name AS other_name, CAST(NULL AS VARCHAR) AS explained_as,
           concat('医疗救助支付', CAST(CAST(aid_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), '元，超过总费用扣除医保支付后的', CAST(CAST(left_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), '元') AS what_zh,
           concat('medical aid paid ', CAST(CAST(aid_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), ' yuan where insurance had left ', CAST(CAST(left_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR)) AS what_en,
           row_medical_settlement, CAST(NULL AS BIGINT) AS row_medical_settlement_other, CAST(NULL AS BIGINT) AS row_award, CAST(NULL AS BIGINT) AS row_monitored
    FROM   aided
    WHERE  aid_fen > left_fen
    UNION  ALL
    SELECT 'no_status', a.person_key, a.settlement_no, a.hospital, a.admitted_on, a.discharged_on, a.aid_fen,
           a.name, a.name AS other_name, CASE WHEN k.soon THEN 'status_within_90_days' END,
           '住院期间既无救助待遇也非监测对象', 'there was no award and no monitored status in those days',
           a.row_medical_settlement, NULL, k.row_award, k.row_monitored
    FROM   aided AS a
    JOIN   known AS k ON k.row_medical_settlement = a.row_medical_settlement
    CROSS  JOIN (SELECT count(*) AS families FROM monitored) AS l
    WHERE  NOT k.covered AND l.families > 0
    UNION  ALL
    SELECT 'two_hospitals', person_key, settlement_no, hospital, admitted_on, discharged_on, CASE WHEN aid_fen > 0 THEN aid_fen ELSE other_aid_fen END,
           name, other_name, NULL,
           concat('而', CAST(other_from AS VARCHAR), '至', CAST(other_to AS VARCHAR), '同时在', other_hospital, '住院'),
           concat('meanwhile there was a stay in ', other_hospital, ' from ', CAST(other_from AS VARCHAR), ' to ', CAST(other_to AS VARCHAR)),
           row_medical_settlement, row_medical_settlement_other, NULL, NULL
    FROM   overlap
    WHERE  nth = 1
),
named AS (
    SELECT f.*,
           CASE WHEN NOT coalesce(names_match(f.name, i.name), true) OR NOT coalesce(names_match(f.other_name, i.name), true) THEN 'name_mismatch'
                ELSE f.explained_as END AS exempt_as
    FROM   found    AS f
    JOIN   identity AS i ON i.person_key = f.person_key
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY person_key, kind) AS all_exempt,
           row_number() OVER (PARTITION BY person_key, kind ORDER BY exempt_as, admitted_on, row_medical_settlement) AS nth
    FROM   named
),
home AS (
    SELECT person_key, min(household_key) AS household_key
    FROM   status
    GROUP  BY person_key
)
SELECT r.person_key AS subject_key, r.kind AS case_key, r.person_key, m.household_key,
       month_of(coalesce(r.discharged_on, r.admitted_on)) AS month, r.amount_fen,
       CASE r.exempt_as WHEN 'name_mismatch' THEN 'name_mismatch' WHEN 'status_within_90_days' THEN 'status_within_90_days' END AS exemption,
       coalesce(r.discharged_on, r.admitted_on) AS known_on,
       r.settlement_no, r.hospital, r.admitted_on, r.discharged_on, r.what_zh, r.what_en,
       r.row_medical_settlement, r.row_medical_settlement_other, r.row_award AS against_award, r.row_monitored AS against_monitored
FROM   ranked AS r
LEFT   JOIN home AS m ON m.person_key = r.person_key
WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, case_key, exemption, month, r.row_medical_settlement
