-- id         = "a08_undeclared_supporter"
-- typology   = "A08"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "household_member", "identity", "kinship", "employment", "kin_edge", "income_line", "household_standard", "local_period", "paid_run", "death_record", "detention", "disability"]
-- optional   = ["detention", "disability", "death"]
-- # The child and the wage are recorded; whether anything is paid or could be asked for is not. 固阳 found seven children where two were declared.
-- prior      = 0.4
-- reason_zh  = "{name}家庭户主{head}年满六十，其{child_zh}{child}（不在本户）{employer_zh}核实月收入{income}元，超过当月保障标准{standard}元的{ratio}倍，未作为赡养人申报，{months}个月（{month_from}至{month_to}）领取救助，涉及{amount}元。"
-- reason_en  = "{head}, head of the household of {name}, is 60 or older; {child}, a child who is no member, has a verified income of {income} yuan a month{employer_en}, over {ratio} times the standard of {standard} yuan, and was not declared as a supporter; {months} months were paid ({month_from} to {month_to}), {amount} yuan."
-- why        = "Grown children owe their parents support before the public does; what an able child should give counts as the family's income, so an able child left out raises the benefit."
-- innocent   = ["Estranged for years, or the child refuses and the parents have not sued.", "The child has debts, a sick family or many children of its own.", "The office knew of the child and counted support under another heading: look at the declared income.", "The child was adopted away, or raised by the other parent.", "Support is given in kind and the family lives on it already."]
-- blind      = ["Children whom no register links to the parent.", "Income without contributions: business, day labour, work abroad.", "Supporters other than children: grandchildren, siblings.", "Whether the support was declared: exports hold the sum of declared income only."]
-- basis      = ["社会救助暂行办法 art. 9", "民法典 art. 26 and 1067（成年子女赡养义务）", "民发〔2021〕57号 art. 13"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "老年人权益保障法 art. 2 and 14: a person of 60 is old and is owed support; 民法典 art. 17: a child of 18 is grown and owes it"
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "特困人员认定办法 (a supporter without the ability is none): a child disabled in grade 1 or 2 is not held able to support"
-- [exemptions.child_died]
-- zh       = "该子女已死亡"
-- en       = "the child has died"
-- contract = "the child died, is detained, or is severely disabled (grade 1 or 2)"
-- [exemptions.child_detained]
-- zh       = "该子女正在服刑或被强制隔离戒毒"
-- en       = "the child is in prison or compulsory rehabilitation"
-- contract = "the child died, is detained, or is severely disabled (grade 1 or 2)"
-- [exemptions.child_disabled]
-- zh       = "该子女为一、二级重度残疾"
-- en       = "the child is severely disabled (grade 1 or 2)"
-- contract = "the child died, is detained, or is severely disabled (grade 1 or 2)"

-- Grown children of old heads of paid households, their income in periods in which it does not change, and the paid
-- months in which it is over the limit. A wage that ended with a death stands on, so that the death is seen to exempt.
WITH run AS (
    SELECT r.household_key, r.award_key, a.programme, r.from_month, r.to_month
    FROM   paid_run AS r
    JOIN   award    AS a ON a.award_key = r.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
),
elder AS (
    SELECT h.household_key, h.region_code, h.head_key, month_add(i.birth_date, 720) AS old_from
    FROM   household AS h
    JOIN   identity  AS i ON i.person_key = h.head_key
    WHERE  i.birth_date IS NOT NULL AND month_add(i.birth_date, 720) <= $window_to
),
child AS (
    SELECT e.household_key, e.region_code, e.head_key, k.relative_key AS child_key, e.old_from, month_add(c.birth_date, 216) AS adult_from,
           min(CASE WHEN k.source = 'kinship' THEN k.row_edge END) AS row_kinship,
           min(CASE WHEN k.source = 'person' THEN k.row_edge END) AS row_person
    FROM   elder    AS e
    JOIN   kin_edge AS k ON k.person_key = e.head_key
    JOIN   identity AS c ON c.person_key = k.relative_key
    WHERE  k.relation = 'child' AND c.birth_date IS NOT NULL
    GROUP  BY e.household_key, e.region_code, e.head_key, k.relative_key, e.old_from, c.birth_date
),
gone AS (
    SELECT person_key, month_of(died_on) AS died_month, row_death FROM death_record WHERE choice = 1 AND doubt IS DISTINCT FROM 'name_mismatch'
),
line AS (
    SELECT l.person_key, l.shown_fen, l.pension_fen, l.row_employment, l.row_pension, l.from_month,
           CASE WHEN g.died_month <= month_after(l.to_month) THEN DATE '2999-12-01' ELSE l.to_month END AS to_month
    FROM   income_line AS l
    LEFT   JOIN gone   AS g ON g.person_key = l.person_key
    WHERE  l.shown_fen + l.pension_fen > 0 AND l.person_key IN (SELECT child_key FROM child)
),
edge AS (
    SELECT person_key, from_month AS month FROM line
    UNION
    SELECT person_key, month_after(to_month) FROM line
),
period AS (
    SELECT person_key, month AS from_month, month_add(lead(month) OVER (PARTITION BY person_key ORDER BY month), -1) AS to_month FROM edge
),
earned AS (
    SELECT p.person_key, p.from_month, p.to_month, sum(l.shown_fen) AS shown_fen, sum(l.pension_fen) AS pension_fen,
           min(l.row_employment) AS row_employment, min(l.row_pension) AS row_pension
    FROM   period AS p
    JOIN   line   AS l ON l.person_key = p.person_key AND l.from_month <= p.from_month AND l.to_month >= p.to_month
    WHERE  p.to_month IS NOT NULL
    GROUP  BY p.person_key, p.from_month, p.to_month
),
placed AS (
    SELECT c.household_key, c.region_code, c.head_key, c.child_key, c.row_kinship, c.row_person, n.shown_fen, n.pension_fen, n.row_employment, n.row_pension,
           r.award_key, s.standard_fen, s.row_standard,
           greatest(c.old_from, c.adult_from, n.from_month, r.from_month, s.from_month, l.from_month) AS from_month,
           least(n.to_month, r.to_month, coalesce(month_add(s.until_month, -1), r.to_month), l.to_month) AS to_month
    FROM   child              AS c
    JOIN   earned             AS n ON n.person_key = c.child_key
    JOIN   run                AS r ON r.household_key = c.household_key
    JOIN   household_standard AS s ON s.household_key = c.household_key AND s.programme = r.programme
    JOIN   local_period       AS l ON l.region_code = c.region_code
    WHERE  n.shown_fen + n.pension_fen > s.standard_fen
),
able AS (
    SELECT *, shown_fen * (1 - local_number(region_code, 'work_cost_deduction', from_month)) + pension_fen AS income_fen,
           local_number(region_code, 'supporter_income_ratio', from_month) AS ratio
    FROM   placed
    WHERE  from_month <= to_month
),
monthly AS (
    SELECT x.household_key, x.head_key, x.child_key, x.award_key, x.income_fen, x.ratio, x.standard_fen, x.row_kinship, x.row_person,
           x.row_employment, x.row_pension, x.row_standard, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   able    AS x
    JOIN   payment AS p ON p.award_key = x.award_key
    WHERE  x.income_fen > x.ratio * x.standard_fen
      AND  p.status = 'paid' AND p.amount_fen > 0 AND p.month >= x.from_month AND p.month <= x.to_month
),
judged AS (
    SELECT x.*, g.row_death, t.row_id AS row_detention, y.row_id AS row_disability,
           CASE WHEN g.row_death IS NOT NULL THEN 'child_died'
                WHEN t.row_id IS NOT NULL THEN 'child_detained'
                WHEN y.row_id IS NOT NULL THEN 'child_disabled' END AS exempt_as
    FROM   monthly  AS x
    LEFT   JOIN household_member AS m
           ON  m.household_key = x.household_key AND m.person_key = x.child_key
           AND coalesce(m.joined_on, x.month) < month_after(x.month) AND coalesce(m.left_on, x.month) >= x.month
    LEFT   JOIN gone AS g ON g.person_key = x.child_key AND g.died_month <= x.month
    LEFT   JOIN detention AS t
           ON  t.person_key = x.child_key AND t.kind IN ('prison', 'compulsory_rehab')
           AND t.from_date < month_after(x.month) AND coalesce(t.to_date, x.month) >= x.month
    LEFT   JOIN disability AS y
           ON  y.person_key = x.child_key AND y.grade <= 2
           AND coalesce(y.from_date, x.month) < month_after(x.month) AND coalesce(y.to_date, x.month) >= x.month
    WHERE  m.row_id IS NULL
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY row_payment ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, income_fen DESC, child_key, standard_fen DESC, row_standard, row_detention, row_disability) AS choice,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY month, row_payment, income_fen DESC, child_key, row_standard, row_detention, row_disability) AS nth
    FROM   judged
)
SELECT r.household_key AS subject_key, r.household_key, r.award_key, r.child_key AS person_key, r.month, r.amount_fen,
       CASE r.exempt_as WHEN 'child_died' THEN 'child_died' WHEN 'child_detained' THEN 'child_detained' WHEN 'child_disabled' THEN 'child_disabled' END AS exemption,
       r.month AS known_on, e.name AS head, c.name AS child, CASE k.relation WHEN 'son' THEN '儿子' WHEN 'daughter' THEN '女儿' ELSE '子女' END AS child_zh,
       coalesce('在' || w.employer || '参保，', '') AS employer_zh, coalesce(' at ' || w.employer, '') AS employer_en, round(r.income_fen / 100, 2) AS income, round(r.standard_fen / 100.0, 2) AS standard, r.ratio,
       r.row_kinship, r.row_person, r.row_employment, r.row_pension, r.row_standard, r.row_payment,
       r.row_death AS against_death, r.row_detention AS against_detention, r.row_disability AS against_disability
FROM   ranked   AS r
JOIN   identity AS e ON e.person_key = r.head_key
JOIN   identity AS c ON c.person_key = r.child_key
LEFT   JOIN kinship    AS k ON k.row_id = r.row_kinship
LEFT   JOIN employment AS w ON w.row_id = r.row_employment
WHERE  (r.exempt_as IS NULL AND r.choice = 1) OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
