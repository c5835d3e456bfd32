-- id         = "a09_wages_over_standard"
-- typology   = "A09"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "household_member", "identity", "employment", "pension", "region_standard"]
-- optional   = ["pension"]
-- # A contribution base is a floor of the wage where it is paid at all; wages unpaid and jobs lost are met on inquiry.
-- prior      = 0.5
-- reason_zh  = "{name}家庭核实月收入人均{income_per_person}元（{earner}在{employer}参保等），高于当月保障标准{standard}元，{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "The verified income of the household of {name} is {income_per_person} yuan a person and month ({earner} at {employer}, and others), over the standard of {standard} yuan; {months} months were paid ({month_from} to {month_to}), {amount} yuan."
-- why        = "Assistance fills the gap up to the standard: a family whose verified income passes it has none to fill."
-- innocent   = ["Contributions on the legal minimum base while the wage is lower or not paid.", "A job just begun: the review is due, the phase-out may apply.", "Contributions paid on by an employer after the job ended.", "Costs of illness or disability that the office deducted and the extract does not show."]
-- blind      = ["Wages without contributions: day labour, migrant work.", "Income of persons outside the household."]
-- basis      = ["民发〔2021〕57号 art. 8 and 13"]
-- [exemptions.phase_out]
-- zh       = "处于渐退期内"
-- en       = "inside the phase-out"
-- contract = "phase-out months within the limit"
-- [exemptions.base_shows_no_income]
-- zh       = "公益性岗位或灵活就业的缴费基数不代表收入"
-- en       = "the contribution base of a public-welfare post or of flexible employment shows no income"
-- contract = "public_welfare_post and flexible contribution bases do not show income"

-- Wages, pensions and members stand as intervals in one list, which meets the payments once. Income is
-- taken twice: `shown` by bases that show a wage, `all` by every base, which tells what is exempt.
WITH wage AS (
    SELECT m.household_key, m.person_key, m.joined_on, m.left_on, e.from_month, e.to_month,
           e.contribution_base_fen AS base_fen, e.employer, i.name AS earner, e.row_id AS row_employment,
           CASE WHEN e.employer_kind IN ('public_budget', 'enterprise') THEN e.contribution_base_fen ELSE 0 END AS shown_fen
    FROM   employment       AS e
    JOIN   household_member AS m ON m.person_key = e.person_key
    JOIN   identity         AS i ON i.person_key = e.person_key
    WHERE  e.contribution_base_fen > 0
      AND  coalesce(names_match(e.name, i.name), true)
),
line AS (
    SELECT household_key, joined_on, left_on, from_month, to_month, base_fen, shown_fen, CAST(0 AS BIGINT) AS pension_fen,
           CAST(NULL AS INT) AS member_key, employer, earner, row_employment
    FROM   wage
    UNION  ALL
    SELECT m.household_key, m.joined_on, m.left_on, q.from_month, q.to_month, 0, 0, q.monthly_amount_fen, NULL, NULL, NULL, NULL
    FROM   pension          AS q
    JOIN   household_member AS m ON m.person_key = q.person_key
    JOIN   identity         AS i ON i.person_key = q.person_key
    WHERE  q.kind = 'employee' AND coalesce(names_match(q.name, i.name), true)
      AND  m.household_key IN (SELECT household_key FROM wage)
    UNION  ALL
    SELECT m.household_key, m.joined_on, m.left_on, CAST(NULL AS DATE), CAST(NULL AS DATE), 0, 0, 0, m.person_key, NULL, NULL, NULL
    FROM   household_member AS m
    WHERE  m.household_key IN (SELECT household_key FROM wage)
),
monthly AS (
    SELECT p.household_key, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           sum(l.base_fen) AS base_fen, sum(l.shown_fen) AS shown_fen, sum(l.pension_fen) AS pension_fen,
           count(DISTINCT l.member_key) AS members,
           max(l.row_employment) AS row_employment, min(l.employer) AS employer, min(l.earner) AS earner
    FROM   line    AS l
    JOIN   payment AS p ON p.household_key = l.household_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= coalesce(l.from_month, p.month)
      AND  p.month <= coalesce(l.to_month, p.month)
      AND  coalesce(l.joined_on, p.month) < month_after(p.month)
      AND  coalesce(l.left_on, p.month) >= p.month
    GROUP  BY p.household_key, p.award_key, p.month, p.amount_fen, p.row_id
    HAVING sum(l.base_fen) > 0
),
measured AS (
    SELECT x.*, h.region_code, a.phase_out_from, s.monthly_amount_fen AS standard_fen, s.row_standard,
           (x.shown_fen * (1 - local_number(h.region_code, 'work_cost_deduction', x.month)) + x.pension_fen) / x.members AS shown_each,
           (x.base_fen * (1 - local_number(h.region_code, 'work_cost_deduction', x.month)) + x.pension_fen) / x.members AS all_each,
           s.monthly_amount_fen * (1 + local_number(h.region_code, 'income_tolerance', x.month)) AS limit_each,
           -- Where the head's hukou kind is not known, the higher standard speaks for the family.
           row_number() OVER (PARTITION BY x.row_payment ORDER BY s.monthly_amount_fen DESC, s.row_standard) AS choice
    FROM   monthly         AS x
    JOIN   award           AS a ON a.award_key = x.award_key
    JOIN   household       AS h ON h.household_key = x.household_key
    LEFT   JOIN identity   AS i ON i.person_key = h.head_key
    JOIN   region_standard AS s ON s.region_code = h.region_code AND s.programme = a.programme
    WHERE  a.programme IN ('dibao', 'tekun')
      AND  s.tier IS NULL
      AND  coalesce(s.hukou_kind, i.hukou_kind, '') = coalesce(i.hukou_kind, s.hukou_kind, '')
      AND  s.from_month <= x.month AND (s.until_month IS NULL OR x.month < s.until_month)
      AND  x.members > 0
),
judged AS (
    SELECT *,
           CASE WHEN NOT (shown_fen > 0 AND shown_each > limit_each) THEN 'base_shows_no_income'
                WHEN phase_out_from <= month
                     AND month < month_add(phase_out_from, CAST(local_number(region_code, 'phase_out_months', month) AS BIGINT))
                     THEN 'phase_out' END AS exempt_as
    FROM   measured
    WHERE  choice = 1 AND all_each > limit_each
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY month, row_payment) AS nth
    FROM   judged
)
SELECT household_key AS subject_key, household_key, award_key, month, amount_fen,
       CASE exempt_as WHEN 'base_shows_no_income' THEN 'base_shows_no_income' WHEN 'phase_out' THEN 'phase_out' END AS exemption,
       round(all_each / 100, 2) AS income_per_person, round(standard_fen / 100.0, 2) AS standard,
       coalesce(employer, '某单位') AS employer, earner,
       row_employment, row_standard, row_payment
FROM   ranked
WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
