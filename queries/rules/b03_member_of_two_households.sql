-- id         = "b03_member_of_two_households"
-- typology   = "B03"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "household", "household_member", "paid_run", "covered_run", "payment"]
-- columns    = ["household_member.left_on"]
-- # Member lists are kept less carefully than awards: a row that nobody closed is the commonest cause.
-- prior      = 0.6
-- reason_zh  = "{name}同时列为两户救助家庭（{household_no}与{other_household_no}）的成员，{months}个月（{month_from}至{month_to}）两户均在发放。"
-- reason_en  = "{name} is on the member lists of two assisted households at once ({other_household_no} and {household_no}); both were paid in {months} months ({month_from} to {month_to})."
-- why        = "Who is counted in two families lowers the income per person of both, and may carry one of them under the line."
-- innocent   = ["A child in the custody of one parent, still listed by the other.", "A student or a grown child who moved, whose old row was never closed.", "A carer who lives with one family and is registered with another.", "One family filed twice."]
-- blind      = ["A person under two numbers: see A19.", "Households in counties that the extract does not cover."]
-- basis      = ["民发〔2021〕57号 art. 7"]
-- [exemptions.one_month_overlap]
-- zh       = "两户仅重叠一个月，属迁转衔接"
-- en       = "one single month in both households: a move"
-- contract = "one single month"

-- Lists that overlap by days first; then the months for which both households were paid. Months in which two
-- awards cover the person are B01 or B02: they are taken out, and a person with two of them belongs there.
WITH member AS (
    SELECT household_key, person_key, coalesce(joined_on, DATE '1900-01-01') AS joined_on, coalesce(left_on, DATE '2999-12-31') AS left_on, row_id
    FROM   household_member
    WHERE  person_key IS NOT NULL
),
twice AS (
    SELECT x.person_key, x.household_key AS other_household_key, y.household_key,
           month_of(y.joined_on) AS from_month, month_of(day_add(least(x.left_on, y.left_on), -1)) AS to_month,
           x.row_id AS row_household_member_other, y.row_id AS row_household_member
    FROM   member AS x
    JOIN   member AS y ON y.person_key = x.person_key AND y.household_key <> x.household_key
    -- The household joined later is the second; who leaves one the day he joins the other is in one.
    WHERE  (x.joined_on < y.joined_on OR (x.joined_on = y.joined_on AND x.household_key < y.household_key))
      AND  y.joined_on < x.left_on AND y.joined_on < y.left_on
),
living AS (
    SELECT r.household_key, r.award_key, r.from_month, r.to_month
    FROM   paid_run AS r
    JOIN   award    AS a ON a.award_key = r.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
),
together AS MATERIALIZED (
    SELECT t.person_key, t.household_key, t.other_household_key, t.row_household_member, t.row_household_member_other,
           x.award_key, y.award_key AS other_award_key,
           greatest(t.from_month, x.from_month, y.from_month) AS from_month, least(t.to_month, x.to_month, y.to_month) AS to_month
    FROM   twice  AS t
    JOIN   living AS x ON x.household_key = t.household_key AND x.from_month <= t.to_month AND x.to_month >= t.from_month
    JOIN   living AS y ON y.household_key = t.other_household_key AND y.from_month <= x.to_month AND y.to_month >= x.from_month
),
paid AS (
    SELECT t.person_key, t.household_key, t.other_household_key, p.month, min(t.award_key) AS award_key,
           min(t.row_household_member) AS row_household_member, min(t.row_household_member_other) AS row_household_member_other,
           min(p.row_id) AS row_payment, min(q.row_id) AS row_payment_other
    FROM   together AS t
    JOIN   payment  AS p ON p.award_key = t.award_key
    JOIN   payment  AS q ON q.award_key = t.other_award_key AND q.month = p.month
    WHERE  p.status = 'paid' AND p.amount_fen > 0 AND q.status = 'paid' AND q.amount_fen > 0
      AND  p.month >= t.from_month AND p.month <= t.to_month
    GROUP  BY t.person_key, t.household_key, t.other_household_key, p.month
),
doubled AS (
    SELECT m.person_key, m.month, count(*) OVER (PARTITION BY m.person_key) AS times
    FROM   (SELECT DISTINCT person_key, month FROM paid) AS m
    JOIN   covered_run AS c ON c.person_key = m.person_key AND c.from_month <= m.month AND c.to_month >= m.month
    WHERE  c.programme IN ('dibao', 'tekun')
    GROUP  BY m.person_key, m.month
    HAVING count(DISTINCT c.award_key) > 1 AND count(CASE WHEN c.programme = 'dibao' THEN 1 END) > 0
),
tested AS (
    SELECT p.*, d.times, max(d.times) OVER (PARTITION BY p.person_key) AS most_times
    FROM   paid AS p
    LEFT   JOIN doubled AS d ON d.person_key = p.person_key AND d.month = p.month
),
left_over AS (
    SELECT *, min(month) OVER (PARTITION BY person_key) AS first_month, max(month) OVER (PARTITION BY person_key) AS last_month
    FROM   tested
    WHERE  times IS NULL AND coalesce(most_times, 0) < 2
)
SELECT l.person_key AS subject_key, l.household_key, l.award_key, l.month,
       CASE WHEN l.first_month = l.last_month THEN 'one_month_overlap' END AS exemption,
       h.household_no, o.household_no AS other_household_no,
       l.row_household_member, l.row_household_member_other, l.row_payment, l.row_payment_other
FROM   left_over AS l
JOIN   household AS h ON h.household_key = l.household_key
JOIN   household AS o ON o.household_key = l.other_household_key
ORDER  BY subject_key, exemption, month, l.household_key, l.other_household_key
