-- id         = "a10_pension_over_standard"
-- typology   = "A10"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "family_member", "identity", "pension", "paid_run", "phase_out", "household_standard", "income_over_standard"]
-- columns    = ["pension.to_month", "award.phase_out_from"]
-- # Pensions are paid by the state and recorded to the yuan; what fails is the identity of the pensioner or the family he lives in.
-- prior      = 0.65
-- reason_zh  = "{name}家庭成员的职工养老金合计人均每月{pension_each}元，仅此一项即高于当月保障标准{standard}元，{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "The employee pensions of the household of {name} come to {pension_each} yuan a person and month, over the standard of {standard} yuan by themselves; {months} months were paid meanwhile ({month_from} to {month_to}), {amount} yuan."
-- why        = "An employee pension is lasting income that the social-insurance office pays itself: a family over the standard by pensions alone has no gap for assistance to fill, and the check before approval should have shown it."
-- innocent   = ["The pension was granted later and paid back in one sum; the months before had none.", "The pensioner lives apart or in care and pays for it; the office may deduct such costs.", "Rigid costs of illness or disability that the local rule deducts.", "A survivor's or injury benefit entered as an employee pension."]
-- blind      = ["Pensions paid in another province.", "Pensions of a spouse or parent outside the household."]
-- basis      = ["社会救助暂行办法 art. 9", "民发〔2021〕57号 art. 8 and 13"]
-- [exemptions.resident_pension]
-- zh       = "城乡居民养老金（基础养老金）不计入收入"
-- en       = "resident pensions do not count as income"
-- contract = "resident and veteran pensions do not count"
-- [exemptions.veteran_pension]
-- zh       = "优抚金不计入收入"
-- en       = "veteran pensions do not count as income"
-- contract = "resident and veteran pensions do not count"
-- [exemptions.phase_out]
-- zh       = "处于渐退期内"
-- en       = "inside the phase-out"
-- [exemptions.name_mismatch]
-- zh       = "养老金登记的姓名与本人不符，可能属于他人"
-- en       = "the register bears another name and the pension may be another person's"

-- Open: periods in which employee pensions alone pass the limit. Look-alikes: families that pass it when the pensions
-- that do not count are taken in; they are few, so they are measured where such a pension begins to be paid.
WITH over_limit AS (
    SELECT i.household_key, i.programme, i.from_month, i.to_month, i.pension_each, i.standard_fen, i.row_pension, i.row_standard,
           CAST(NULL AS VARCHAR) AS look
    FROM   income_over_standard AS i
    WHERE  i.pension_each > i.limit_each
),
line AS (
    SELECT m.household_key, q.monthly_amount_fen, q.row_id AS row_pension,
           CASE WHEN NOT coalesce(names_match(q.name, i.name), true) THEN 'name_mismatch'
                WHEN q.kind = 'resident' THEN 'resident_pension' WHEN q.kind = 'veteran' THEN 'veteran_pension' END AS look,
           greatest(coalesce(q.from_month, DATE '1900-01-01'), m.from_month) AS from_month,
           least(coalesce(q.to_month, DATE '2999-12-01'), m.to_month) AS to_month
    FROM   pension       AS q
    JOIN   family_member AS m ON m.person_key = q.person_key
    JOIN   identity      AS i ON i.person_key = q.person_key
    WHERE  q.monthly_amount_fen > 0
),
least_standard AS (
    SELECT household_key, min(standard_fen) AS standard_fen FROM household_standard WHERE programme IN ('dibao', 'tekun') GROUP BY household_key
),
rich AS (
    SELECT l.household_key
    FROM   line AS l
    GROUP  BY l.household_key
    HAVING count(l.look) > 0 AND sum(l.monthly_amount_fen) > (SELECT min(standard_fen) FROM least_standard)
),
start AS (
    SELECT DISTINCT l.household_key, a.award_key, a.programme, greatest(l.from_month, r.from_month) AS month
    FROM   line     AS l
    JOIN   rich     AS c ON c.household_key = l.household_key
    JOIN   paid_run AS r ON r.household_key = l.household_key
    JOIN   award    AS a ON a.award_key = r.award_key
    WHERE  l.look IS NOT NULL AND greatest(l.from_month, r.from_month) <= least(l.to_month, r.to_month)
),
taken AS (
    SELECT s.household_key, s.award_key, s.programme, s.month, sum(l.monthly_amount_fen) AS all_fen,
           first_value(l.look ORDER BY CASE WHEN l.look IS NULL THEN 1 ELSE 0 END, l.monthly_amount_fen DESC, l.row_pension) AS look,
           first_value(l.row_pension ORDER BY CASE WHEN l.look IS NULL THEN 1 ELSE 0 END, l.monthly_amount_fen DESC, l.row_pension) AS row_pension
    FROM   start AS s
    JOIN   line  AS l ON l.household_key = s.household_key AND l.from_month <= s.month AND l.to_month >= s.month
    GROUP  BY s.household_key, s.award_key, s.programme, s.month
),
peopled AS (
    SELECT t.household_key, t.award_key, t.month, count(DISTINCT m.person_key) AS members
    FROM   taken         AS t
    JOIN   family_member AS m ON m.household_key = t.household_key AND m.from_month <= t.month AND m.to_month >= t.month
    GROUP  BY t.household_key, t.award_key, t.month
),
look_alike AS (
    SELECT t.household_key, t.programme, t.month AS from_month, t.month AS to_month,
           CAST(t.all_fen AS DOUBLE) / n.members AS pension_each, s.standard_fen, t.row_pension, s.row_standard, t.look
    FROM   taken              AS t
    JOIN   peopled            AS n ON n.award_key = t.award_key AND n.month = t.month AND n.household_key = t.household_key
    JOIN   household          AS h ON h.household_key = t.household_key
    JOIN   household_standard AS s
           ON  s.household_key = t.household_key AND s.programme = t.programme
           AND s.from_month <= t.month AND (s.until_month IS NULL OR s.until_month > t.month)
    WHERE  CAST(t.all_fen AS DOUBLE) / n.members > s.standard_fen * (1 + local_number(h.region_code, 'income_tolerance', t.month))
),
hit AS (
    SELECT x.household_key, a.award_key, o.phase_out_from, x.pension_each, x.standard_fen, x.row_pension, x.row_standard, x.look,
           greatest(x.from_month, r.from_month) AS first_month, least(x.to_month, r.to_month) AS last_month
    FROM   (SELECT * FROM over_limit UNION ALL SELECT * FROM look_alike) AS x
    JOIN   award    AS a ON a.household_key = x.household_key AND a.programme = x.programme
    LEFT   JOIN phase_out AS o ON o.award_key = a.award_key
    JOIN   paid_run AS r ON r.award_key = a.award_key
    WHERE  greatest(x.from_month, r.from_month) <= least(x.to_month, r.to_month)
),
monthly AS (
    SELECT x.*, h.region_code, p.month, p.amount_fen, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY p.row_id
                              ORDER BY CASE WHEN x.look IS NULL THEN 0 ELSE 1 END, x.standard_fen DESC, x.row_standard, x.first_month) AS choice
    FROM   hit       AS x
    JOIN   household AS h ON h.household_key = x.household_key
    JOIN   payment   AS p ON p.award_key = x.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0 AND p.month >= x.first_month AND p.month <= x.last_month
),
judged AS (
    SELECT *,
           CASE WHEN look IS NOT NULL THEN look
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
SELECT household_key AS subject_key, household_key, award_key, month, amount_fen,
       CASE exempt_as WHEN 'resident_pension' THEN 'resident_pension' WHEN 'veteran_pension' THEN 'veteran_pension'
                      WHEN 'phase_out' THEN 'phase_out' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       month AS known_on, round(pension_each / 100, 2) AS pension_each, round(standard_fen / 100.0, 2) AS standard,
       row_pension, row_standard, row_payment
FROM   ranked
WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
