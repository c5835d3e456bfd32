-- id         = "e01_eligible_not_covered"
-- typology   = "E01"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "exclusion"
-- subject    = "person"
-- reads      = ["application", "award", "award_member", "household", "household_member", "standard", "identity", "monitored", "disability", "medical_settlement", "employment", "pension", "vehicle", "real_estate", "enterprise_role", "deposit", "household_standard", "income_over_standard", "family_vehicle", "family_estate", "family_business", "family_deposit", "death_record"]
-- optional   = ["application", "monitored", "disability", "medical_settlement", "employment", "pension", "vehicle", "real_estate", "enterprise", "enterprise_role", "deposit", "death"]
-- one_of     = ["application", "monitored"]
-- # Hubei's projects added 11,000 people while removing 19,900: the registers find them, and a visit confirms about half.
-- prior      = 0.5
-- reason_zh  = "{name}{ground_zh}，{since}以来未享受低保或特困供养，疑似应保未保，应主动上门核实。"
-- reason_en  = "{name} {ground_en}; since {since} no dibao or tekun award has covered this person: probably eligible and left out, to be visited."
-- why        = "Leaving out those whom the law wants supported weighs as much as paying those whom it does not: the poorest do not complain, so the registers must look for them."
-- innocent   = ["The person declined, or lives in an institution that another programme pays.", "The family's property or income outside the registers is over the limits.", "A claim is being decided now: see the application.", "The refusal rested on facts that the extracts do not hold: a visit, an inquiry at a bank."]
-- blind      = ["People on no list who never applied.", "Refusals, where a register of wages, pensions, vehicles, deeds, businesses or balances was not handed over or is empty: without each of them a refusal cannot be judged.", "People covered late who are covered now.", "Costs of illness paid outside the insurance."]
-- basis      = ["社会救助暂行办法 art. 66 (2)", "民发〔2021〕57号 art. 8（低保边缘家庭中的重残、重病人员参照单人户纳入）", "2022年10月民政部、财政部通知（应保尽保）"]
-- [exemptions.covered_within_3_months]
-- zh       = "三个月内已纳入保障"
-- en       = "covered within three months"
-- contract = "covered within 3 months"
-- [exemptions.applicant_withdrew]
-- zh       = "申请人自行撤回申请"
-- en       = "the applicant withdrew"
-- contract = "applicant withdrew"
-- [exemptions.rigid_expenditure_only]
-- zh       = "仅为刚性支出困难对象，不属低保边缘或防返贫监测对象"
-- en       = "on the list for rigid expenditure alone, neither on the margin nor at risk of poverty"
-- [exemptions.declared_over_standard]
-- zh       = "申报收入人均不低于保障标准"
-- en       = "by its own declaration the family's income is not under the standard"
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "民发〔2021〕57号 art. 8: disability of grade 1 or 2, or intellectual or mental of grade 3, admits a person of a family on the margin alone"
-- [[legal_criteria]]
-- attribute = "serious_illness"
-- law       = "民发〔2021〕57号 art. 8: a serious illness admits a person of a family on the margin alone"
-- [parameters.wait_months]
-- default = 3
-- min     = 0
-- max     = 12
-- meaning = "months after listing or refusal in which an award still comes in time, and after which a listed person waits too long"
-- [parameters.expense_multiple]
-- default = 6
-- min     = 1
-- max     = 24
-- meaning = "a serious illness counts where the person paid more than so many monthly standards within twelve months"
-- [parameters.look_back_months]
-- default = 36
-- min     = 3
-- max     = 60
-- meaning = "refusals decided longer before the as-of date are not looked at: registers no longer tell what was known then"

-- Two ways in: listed people with a ground of their own, and refused families without one against them. Both against the
-- awards that cover the person.
WITH listed AS (
    SELECT q.person_key, q.kind, coalesce(q.from_date, DATE '1900-01-01') AS since, q.row_id AS row_monitored, i.region_code, i.hukou_kind
    FROM   monitored AS q
    JOIN   identity  AS i ON i.person_key = q.person_key
    WHERE  coalesce(q.from_date, $as_of) <= $as_of AND coalesce(q.to_date, $as_of) >= $as_of
      AND  coalesce(names_match(q.name, i.name), true)
),
disabled AS (
    SELECT l.person_key, min(d.grade) AS grade, min(d.from_date) AS disabled_on, max(d.row_id) AS row_disability
    FROM   (SELECT DISTINCT person_key FROM listed) AS l
    JOIN   disability AS d ON d.person_key = l.person_key
    JOIN   identity   AS i ON i.person_key = l.person_key
    WHERE  (d.grade <= 2 OR (d.grade = 3 AND d.category IN ('intellectual', 'mental')))
      AND  coalesce(d.from_date, $as_of) <= $as_of AND coalesce(d.to_date, $as_of) >= $as_of
      AND  coalesce(names_match(d.name, i.name), true)
    GROUP  BY l.person_key
),
stay AS (
    SELECT l.person_key, l.region_code, l.hukou_kind, coalesce(s.discharged_on, s.admitted_on) AS settled_on, s.self_paid_fen, s.row_id
    FROM   (SELECT DISTINCT person_key, region_code, hukou_kind FROM listed) AS l
    JOIN   medical_settlement AS s ON s.person_key = l.person_key
    JOIN   identity           AS i ON i.person_key = l.person_key
    WHERE  s.serious_illness AND s.self_paid_fen > 0 AND coalesce(names_match(s.name, i.name), true)
),
year AS (
    SELECT *, sum(self_paid_fen) OVER (PARTITION BY person_key ORDER BY days_between(DATE '1970-01-01', settled_on)
                                       RANGE BETWEEN 364 PRECEDING AND CURRENT ROW) AS spent_fen
    FROM   stay
    WHERE  settled_on <= $as_of
),
priced AS (
    SELECT y.*, s.monthly_amount_fen AS standard_fen, s.row_id AS row_standard,
           row_number() OVER (PARTITION BY y.row_id ORDER BY length(region_prefix(s.region_code)) DESC, s.from_month DESC, s.monthly_amount_fen DESC, s.row_id) AS nth
    FROM   year     AS y
    JOIN   standard AS s ON starts_with(y.region_code, region_prefix(s.region_code))
    WHERE  y.settled_on >= $window_from
      AND  s.programme = 'dibao' AND s.tier IS NULL AND s.from_month <= y.settled_on
      AND  coalesce(s.hukou_kind, y.hukou_kind, '') = coalesce(y.hukou_kind, s.hukou_kind, '')
),
ill AS (
    SELECT person_key, max(spent_fen) AS spent_fen, min(settled_on) AS ill_on, max(row_id) AS row_medical_settlement, max(row_standard) AS row_standard
    FROM   priced
    WHERE  nth = 1 AND spent_fen > $expense_multiple * standard_fen
    GROUP  BY person_key
),
in_need AS (
    SELECT l.person_key, l.since, l.kind = 'rigid_expenditure' AS rigid, l.row_monitored, d.grade, d.row_disability,
           CASE WHEN l.since > DATE '1900-01-01' THEN greatest(l.since, least(d.disabled_on, s.ill_on)) END AS known_on, s.spent_fen, s.row_medical_settlement, s.row_standard, l.kind
    FROM   listed   AS l
    LEFT   JOIN disabled AS d ON d.person_key = l.person_key
    LEFT   JOIN ill      AS s ON s.person_key = l.person_key
    WHERE  d.person_key IS NOT NULL OR s.person_key IS NOT NULL
),
asked AS (
    SELECT h.household_key, h.head_key, p.application_key, p.decision, p.declared_income_fen,
           coalesce(p.decided_on, p.applied_on) AS since, month_of(p.applied_on) AS from_month, month_of(coalesce(p.decided_on, p.applied_on)) AS to_month,
           p.row_id AS row_application, h.row_id AS row_household
    FROM   application AS p
    JOIN   household   AS h ON h.household_key = p.household_key
    WHERE  p.programme = 'dibao' AND p.decision IN ('refused', 'withdrawn') AND h.head_key IS NOT NULL
      AND  coalesce(p.decided_on, p.applied_on) <= $as_of
      AND  month_of(coalesce(p.decided_on, p.applied_on)) >= month_add($as_of, -CAST($look_back_months AS BIGINT))
      -- A register without a row was not handed over.
      AND  (SELECT count(*) FROM employment) > 0 AND (SELECT count(*) FROM pension) > 0
      AND  (SELECT count(*) FROM vehicle) > 0 AND (SELECT count(*) FROM real_estate) > 0
      AND  (SELECT count(*) FROM enterprise_role) > 0 AND (SELECT count(*) FROM deposit) > 0
),
ground AS (
    SELECT a.application_key
    FROM   asked                AS a
    JOIN   income_over_standard AS i ON i.household_key = a.household_key
    WHERE  i.programme = 'dibao' AND i.shown_each >= i.standard_fen AND i.from_month <= a.to_month AND i.to_month >= a.from_month
    UNION
    SELECT a.application_key
    FROM   asked AS a JOIN family_vehicle AS v ON v.household_key = a.household_key
    WHERE  v.exemption IS NULL AND v.from_month <= a.to_month AND v.to_month >= a.from_month
    UNION
    SELECT a.application_key
    FROM   asked AS a JOIN family_estate AS e ON e.household_key = a.household_key
    WHERE  e.exemption IS NULL AND e.from_month <= a.to_month AND e.to_month >= a.from_month
    UNION
    SELECT a.application_key
    FROM   asked AS a JOIN family_business AS b ON b.household_key = a.household_key
    WHERE  b.exemption IS NULL AND b.from_month <= a.to_month AND b.to_month >= a.from_month
    UNION
    SELECT a.application_key
    FROM   asked AS a JOIN family_deposit AS d ON d.household_key = a.household_key
    WHERE  d.programme = 'dibao' AND NOT d.other_name AND d.as_of <= $as_of AND (d.until_on IS NULL OR d.until_on > $as_of)
    GROUP  BY a.application_key
    HAVING sum(d.balance_fen) > max(d.members * d.allowed_fen)
),
family AS (
    SELECT a.application_key, count(DISTINCT m.person_key) AS members
    FROM   asked            AS a
    JOIN   household_member AS m ON m.household_key = a.household_key AND coalesce(m.left_on, a.since) >= a.since
    GROUP  BY a.application_key
),
refused AS (
    SELECT a.*, s.standard_fen, s.row_standard, a.declared_income_fen >= s.standard_fen * n.members AS declared_over
    FROM   asked              AS a
    JOIN   household_standard AS s
           ON  s.household_key = a.household_key AND s.programme = 'dibao'
           AND s.from_month <= a.to_month AND (s.until_month IS NULL OR s.until_month > a.to_month)
    LEFT   JOIN family AS n ON n.application_key = a.application_key
    LEFT   JOIN ground AS g ON g.application_key = a.application_key
    WHERE  g.application_key IS NULL
),
candidate AS (
    SELECT person_key, since, known_on, CASE WHEN rigid THEN 'rigid_expenditure_only' END AS excused, true AS listed, kind, grade, spent_fen,
           CAST(NULL AS BIGINT) AS declared_income_fen, CAST(NULL AS INT) AS household_key, CAST(NULL AS INT) AS application_key,
           row_monitored, row_disability, row_medical_settlement, row_standard, CAST(NULL AS BIGINT) AS row_application, CAST(NULL AS BIGINT) AS row_household
    FROM   in_need
    UNION  ALL
    SELECT head_key, since, since AS known_on, CASE WHEN decision = 'withdrawn' THEN 'applicant_withdrew' WHEN declared_over THEN 'declared_over_standard' END, false,
           NULL, NULL, NULL, declared_income_fen, household_key, application_key, NULL, NULL, NULL, row_standard, row_application, row_household
    FROM   refused
),
alive AS (
    SELECT c.*
    FROM   candidate AS c
    LEFT   JOIN death_record AS d ON d.person_key = c.person_key AND d.choice = 1 AND d.doubt IS NULL AND d.died_on <= $as_of
    WHERE  d.person_key IS NULL
),
cover AS (
    SELECT c.person_key, c.since, a.row_id AS row_award,
           greatest(coalesce(m.from_month, a.start_month), a.start_month) AS from_month,
           least(coalesce(m.to_month, DATE '2999-12-01'), coalesce(a.end_month, DATE '2999-12-01')) AS to_month
    FROM   (SELECT DISTINCT person_key, since FROM alive) AS c
    JOIN   award_member AS m ON m.person_key = c.person_key
    JOIN   award        AS a ON a.award_key = m.award_key
    WHERE  a.programme IN ('dibao', 'tekun') AND a.start_month <= $as_of
),
covered AS (
    SELECT person_key, since, min(from_month) AS from_month, max(to_month) AS to_month, max(row_award) AS row_award
    FROM   cover
    WHERE  to_month >= month_of(since)
    GROUP  BY person_key, since
),
withdrew AS (
    -- Who was listed, asked and then withdrew did not want it.
    SELECT c.person_key, c.since, max(p.row_id) AS row_withdrawn
    FROM   alive            AS c
    JOIN   household_member AS m ON m.person_key = c.person_key
    JOIN   application      AS p ON p.household_key = m.household_key
    WHERE  c.listed AND p.decision = 'withdrawn' AND p.programme IN ('dibao', 'tekun')
      AND  coalesce(p.decided_on, p.applied_on) >= c.since AND p.applied_on <= $as_of
    GROUP  BY c.person_key, c.since
),
waited AS (
    SELECT c.*, w.row_withdrawn, v.row_award, v.from_month, v.to_month,
           v.to_month >= month_of($as_of) AS covered_now,
           v.to_month >= month_of($as_of) AND v.from_month > month_of(c.since)
               AND v.from_month <= month_add(c.since, CAST($wait_months AS BIGINT)) AS in_time,
           CASE WHEN v.to_month < month_of($as_of) THEN month_after(v.to_month) ELSE c.since END AS uncovered_from
    FROM   alive        AS c
    LEFT   JOIN covered AS v ON v.person_key = c.person_key AND v.since = c.since
    LEFT   JOIN withdrew AS w ON w.person_key = c.person_key AND w.since = c.since
),
judged AS (
    SELECT *, CASE WHEN in_time THEN 'covered_within_3_months' WHEN row_withdrawn IS NOT NULL THEN 'applicant_withdrew' ELSE excused END AS exempt_as
    FROM   waited
    WHERE  in_time
       OR  (NOT coalesce(covered_now, false)
            AND (NOT listed OR month_add(uncovered_from, CAST($wait_months AS BIGINT)) <= month_of($as_of)))
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY person_key
                                 ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, uncovered_from, row_monitored, row_application) AS nth
    FROM   judged
)
SELECT person_key AS subject_key, person_key, household_key, application_key,
       CASE WHEN in_time THEN month_of(since) ELSE month_of(greatest(uncovered_from, known_on)) END AS month_from,
       CASE WHEN in_time THEN from_month ELSE month_of($as_of) END AS month_to,
       CASE exempt_as WHEN 'covered_within_3_months' THEN 'covered_within_3_months' WHEN 'applicant_withdrew' THEN 'applicant_withdrew'
                      WHEN 'rigid_expenditure_only' THEN 'rigid_expenditure_only' WHEN 'declared_over_standard' THEN 'declared_over_standard' END AS exemption,
       CASE WHEN listed THEN '系' || CASE kind WHEN 'margin' THEN '低保边缘' WHEN 'poverty_risk' THEN '防返贫监测' ELSE '刚性支出困难' END || '对象，'
                 || CASE WHEN grade IS NOT NULL THEN '持有' || CASE grade WHEN 1 THEN '一' WHEN 2 THEN '二' ELSE '三' END || '级残疾证'
                         ELSE '患重特大疾病，十二个月内自付' || CAST(round(spent_fen / 100.0, 2) AS VARCHAR) || '元' END
            WHEN exempt_as = 'applicant_withdrew' THEN '申请低保后撤回，核实收入人均低于保障标准，且未发现车辆、房产、经商、存款超标'
            ELSE '申请低保未获批准，核实收入人均低于保障标准，且未发现车辆、房产、经商、存款超标' END AS ground_zh,
       CASE WHEN listed THEN 'is listed as ' || CASE kind WHEN 'margin' THEN 'on the margin' WHEN 'poverty_risk' THEN 'at risk of poverty' ELSE 'burdened by rigid expenditure' END
                 || CASE WHEN grade IS NOT NULL THEN ' and disabled in grade ' || CAST(grade AS VARCHAR)
                         ELSE ' and paid ' || CAST(round(spent_fen / 100.0, 2) AS VARCHAR) || ' yuan within twelve months for a serious illness' END
            WHEN exempt_as = 'applicant_withdrew' THEN 'withdrew a claim for dibao though verified income a person is under the standard and no car, deed, business or balance stands against it'
            ELSE 'was refused dibao though verified income a person is under the standard and no car, deed, business or balance stands against it' END AS ground_en,
       greatest(uncovered_from, known_on) AS since, known_on,
       row_monitored, row_disability, row_medical_settlement, row_standard, row_application, row_household,
       CASE WHEN in_time THEN row_award END AS against_award, row_withdrawn AS against_application
FROM   ranked
WHERE  nth = 1
ORDER  BY subject_key, exemption, month_from
