-- id         = "a18_ghost_recipient"
-- typology   = "A18"
-- version    = 3
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["award", "award_member", "payment", "household", "application", "person", "identity", "identity_issue", "award_head_count"]
-- # Two independent absences, of the person and of the procedure; what is left is a register that is behind.
-- prior      = 0.75
-- reason_zh  = "{ghost}（{ghost_id_number}）{others_zh}不在当地户籍登记中，其所列待遇{award_no}{procedure_zh}；{months}个月内（{month_from}至{month_to}）发放其份额{amount}元。"
-- reason_en  = "{ghost} ({ghost_id_number}){others_en} cannot be found in the household register of the county, and award {award_no} {procedure_en}; {amount} yuan was paid on that account in {months} months ({month_from} to {month_to})."
-- why        = "Somebody who does not exist cannot draw money: behind an invented recipient stands an insider who entered the award without the procedure, as in the case of 天津, where 720,000 yuan went that way."
-- innocent   = ["The household register lies elsewhere: a nomad, a person of a collective register, a spouse from another county.", "The person is known to medical insurance or school under this number: ask both before anything else.", "The application exists on paper and was never entered.", "More than one digit of the number was mistyped."]
-- blind      = ["Invented persons for whom an application was forged and approved.", "Real persons in whose name others apply and draw.", "Medical insurance and school rolls are not in the data."]
-- basis      = ["刑法 art. 382", "民发〔2021〕57号 art. 28 (nobody is included without the procedure)"]
-- [exemptions.under_one_year]
-- zh       = "按证件号码未满一周岁，户籍登记可能滞后"
-- en       = "under one year old by the ID number: the register may be behind"
-- contract = "under one year old by the birth date in the ID number"
-- [exemptions.mistyped_id]
-- zh       = "证件号码录错：更正一位或相邻两位后与同名登记人口一致"
-- en       = "the number is mistyped: corrected in one digit or by one swap it is that of a registered person of this name"
-- contract = "name and corrected ID number (one digit or a swap) do match a registered person = data_quality"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "户口登记条例 art. 7: a birth is entered in the register after it happened, so a newborn may lawfully be missing"

-- An extract covers a county when it holds at least as many people of it as families are assisted there; a few
-- strangers who live elsewhere are no extract of their county. Whoever is missing from it, or was found in it only
-- by a corrected number (the award's or the register's own), is looked at.
WITH county AS (
    SELECT f.county
    FROM   (SELECT substr(region_code, 1, 6) AS county, count(*) AS families FROM household GROUP BY substr(region_code, 1, 6)) AS f
    JOIN   (SELECT substr(region_code, 1, 6) AS county, count(*) AS people FROM person GROUP BY substr(region_code, 1, 6)) AS p
           ON p.county = f.county
    WHERE  p.people >= f.families
),
said AS (
    -- Where decisions are given at all, an application without one is undecided; where emergencies are not, any grant
    -- of temporary aid may have been paid first.
    SELECT CASE WHEN count(decision) > 0 THEN 'pending' ELSE 'approved' END AS unsaid, count(emergency) = 0 AS untold FROM application
),
register_typo AS (
    SELECT name_normal(name) AS name, normal_text AS id_number, row_id AS row_person
    FROM   identity_issue
    WHERE  table_name = 'person' AND column_name = 'id_number'
),
stranger AS (
    SELECT m.award_key, m.person_key, coalesce(m.name, i.name) AS ghost, m.id_number, m.from_month, m.to_month, m.row_id AS row_award_member,
           CASE WHEN id_birth_date(i.id_number) > $as_of - INTERVAL '1 year' THEN 'under_one_year'
                WHEN t.row_person IS NOT NULL THEN 'mistyped_id' END AS exempt_as,
           t.row_person
    FROM   identity     AS i
    JOIN   award_member AS m ON m.person_key = i.person_key
    LEFT   JOIN register_typo AS t ON t.name = name_normal(m.name) AND id_one_slip(t.id_number, i.id_number)
    WHERE  NOT i.in_register
    UNION  ALL
    SELECT m.award_key, m.person_key, m.name, m.id_number, m.from_month, m.to_month, m.row_id, 'mistyped_id', p.row_id
    FROM   identity_issue AS e
    JOIN   award_member   AS m ON m.row_id = e.row_id
    JOIN   person         AS p ON p.person_key = m.person_key
    WHERE  e.table_name = 'award_member' AND e.column_name = 'id_number'
),
judged AS (
    SELECT s.*, a.award_no, a.household_key, a.programme, coalesce(a.application_key, -1) AS chain, a.start_month, a.row_id AS row_award,
           p.application_no, p.decision, p.row_id AS row_application
    FROM   stranger  AS s
    JOIN   award     AS a ON a.award_key = s.award_key
    JOIN   household AS h ON h.household_key = a.household_key
    JOIN   county    AS c ON c.county = substr(h.region_code, 1, 6)
    CROSS  JOIN said AS k
    LEFT   JOIN application AS p ON p.application_key = a.application_key
    -- A pay-first grant gets its paperwork later.
    WHERE  s.exempt_as IS NOT NULL
       OR  p.row_id IS NULL OR (coalesce(p.decision, k.unsaid) <> 'approved' AND NOT coalesce(p.emergency, k.untold AND a.programme = 'temporary'))
),
paid AS (
    SELECT j.award_key, j.person_key, j.row_award_member, p.month, sum(p.amount_fen) / min(n.head_count) AS share_fen, min(p.row_id) AS row_payment
    FROM   judged           AS j
    JOIN   award_head_count AS n ON n.award_key = j.award_key
    JOIN   payment          AS p ON p.award_key = j.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= coalesce(j.from_month, p.month) AND p.month <= coalesce(j.to_month, p.month)
    GROUP  BY j.award_key, j.person_key, j.row_award_member, p.month
),
chained AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award it touches.
    SELECT j.*, p.month, p.share_fen, p.row_payment,
           first_value(j.award_key) OVER (PARTITION BY j.household_key, j.programme, j.chain ORDER BY j.start_month DESC, j.award_key DESC) AS last_award_key
    FROM   judged    AS j
    LEFT   JOIN paid AS p ON p.award_key = j.award_key AND p.row_award_member = j.row_award_member
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY last_award_key) AS all_exempt,
           count(CASE WHEN exempt_as IS NULL THEN person_key END) OVER (PARTITION BY last_award_key, month) AS together,
           row_number() OVER (PARTITION BY last_award_key ORDER BY month, row_award_member, row_person) AS nth
    FROM   chained
)
SELECT last_award_key AS subject_key, household_key, award_key, person_key, person_key AS share_key, month, CAST(share_fen AS BIGINT) AS amount_fen,
       CASE exempt_as WHEN 'under_one_year' THEN 'under_one_year' WHEN 'mistyped_id' THEN 'mistyped_id' END AS exemption,
       coalesce(ghost, '某人') AS ghost, id_number AS ghost_id_number, award_no,
       CASE WHEN together > 1 THEN '等' ELSE '' END AS others_zh, CASE WHEN together > 1 THEN ', and others,' ELSE '' END AS others_en,
       CASE WHEN row_application IS NULL THEN '没有申请审批记录'
            WHEN decision = 'approved' THEN '已经审批（' || application_no || '）' ELSE '的申请（' || application_no || '）未获批准' END AS procedure_zh,
       CASE WHEN row_application IS NULL THEN 'has no application'
            WHEN decision = 'approved' THEN 'was approved (' || application_no || ')' ELSE 'rests on an application that was not approved (' || application_no || ')' END AS procedure_en,
       row_award, row_award_member, row_payment, row_application, row_person AS against_person
FROM   ranked
WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, month, person_key, award_key, row_payment
