-- id         = "a09_wages_over_standard"
-- typology   = "A09"
-- version    = 4
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "employment", "paid_run", "phase_out", "income_over_standard"]
-- needs      = ["employment.contribution_base"]
-- columns    = ["employment.to_month", "pension.to_month", "award.phase_out_from"]
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

-- Periods over the limit by any base meet the paid runs, and their payments are looked up. Where the bases that show
-- a wage do not reach over the limit, nothing is open and the first month is enough.
WITH hit AS MATERIALIZED (
    -- Few: they meet the payments where these lie.
    SELECT i.household_key, a.award_key, o.phase_out_from, i.all_each, i.standard_fen, i.earner, i.row_employment, i.row_standard,
           i.shown_fen > 0 AND i.shown_each > i.limit_each AS shown_over,
           greatest(i.from_month, r.from_month) AS first_month, least(i.to_month, r.to_month) AS last_month
    FROM   income_over_standard AS i
    JOIN   award                AS a ON a.household_key = i.household_key AND a.programme = i.programme
    JOIN   paid_run             AS r ON r.award_key = a.award_key
    LEFT   JOIN phase_out       AS o ON o.award_key = a.award_key
    WHERE  i.base_fen > 0 AND i.all_each > i.limit_each
      AND  greatest(i.from_month, r.from_month) <= least(i.to_month, r.to_month)
),
monthly AS (
    SELECT x.*, h.region_code, p.month, p.amount_fen, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY p.row_id ORDER BY x.standard_fen DESC, x.row_standard, x.first_month) AS choice
    FROM   hit       AS x
    JOIN   household AS h ON h.household_key = x.household_key
    JOIN   payment   AS p ON p.award_key = x.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= x.first_month AND p.month <= CASE WHEN x.shown_over THEN x.last_month ELSE x.first_month END
),
judged AS (
    SELECT *,
           CASE WHEN NOT shown_over THEN 'base_shows_no_income'
                WHEN phase_out_from <= month
                     AND month < month_add(phase_out_from, CAST(local_number(region_code, 'phase_out_months', month) AS BIGINT))
                     THEN 'phase_out' END AS exempt_as
    FROM   monthly
    WHERE  choice = 1
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY month, row_payment) AS nth
    FROM   judged
)
SELECT r.household_key AS subject_key, r.household_key, r.award_key, r.month, r.amount_fen,
       CASE r.exempt_as WHEN 'base_shows_no_income' THEN 'base_shows_no_income' WHEN 'phase_out' THEN 'phase_out' END AS exemption,
       r.month AS known_on, round(r.all_each / 100, 2) AS income_per_person, round(r.standard_fen / 100.0, 2) AS standard,
       coalesce(e.employer, '某单位') AS employer, r.earner,
       r.row_employment, r.row_standard, r.row_payment
FROM   ranked     AS r
JOIN   employment AS e ON e.row_id = r.row_employment
WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
