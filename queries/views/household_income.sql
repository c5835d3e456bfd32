-- meaning  = "Verified income of families in periods in which neither it nor the family changes, for families with any: first and last month (open ends are far dates), the members then, and the sums of `income_line`. A family without a row, or outside its periods, has no verified income."
-- reads    = ["family_member", "income_line"]
-- once     = true

WITH line AS (
    SELECT m.household_key, greatest(l.from_month, m.from_month) AS from_month, least(l.to_month, m.to_month) AS to_month,
           l.base_fen, l.shown_fen, l.pension_fen, l.name, l.employer, l.row_employment, l.row_pension
    FROM   income_line   AS l
    JOIN   family_member AS m ON m.person_key = l.person_key
    WHERE  greatest(l.from_month, m.from_month) <= least(l.to_month, m.to_month)
),
family AS (
    SELECT m.* FROM family_member AS m WHERE m.household_key IN (SELECT household_key FROM line)
),
edge AS (
    SELECT household_key, from_month AS month FROM line
    UNION
    SELECT household_key, month_after(to_month) FROM line
    UNION
    SELECT household_key, from_month FROM family
    UNION
    SELECT household_key, month_after(to_month) FROM family
),
period AS (
    SELECT household_key, month AS from_month,
           month_add(lead(month) OVER (PARTITION BY household_key ORDER BY month), -1) AS to_month
    FROM   edge
),
earned AS (
    SELECT p.household_key, p.from_month, p.to_month,
           sum(l.base_fen) AS base_fen, sum(l.shown_fen) AS shown_fen, sum(l.pension_fen) AS pension_fen,
           -- The largest earner stands for the others.
           first_value(l.name ORDER BY l.base_fen + l.pension_fen DESC, l.row_employment, l.row_pension) AS earner,
           first_value(l.employer ORDER BY l.base_fen DESC, l.row_employment) AS employer,
           first_value(l.row_employment ORDER BY l.base_fen DESC, l.row_employment) AS row_employment,
           first_value(l.row_pension ORDER BY l.pension_fen DESC, l.row_pension) AS row_pension
    FROM   period AS p
    JOIN   line   AS l ON l.household_key = p.household_key AND l.from_month <= p.from_month AND l.to_month >= p.to_month
    WHERE  p.to_month IS NOT NULL
    GROUP  BY p.household_key, p.from_month, p.to_month
),
peopled AS (
    SELECT e.household_key, e.from_month, count(DISTINCT f.person_key) AS members
    FROM   earned AS e
    JOIN   family AS f ON f.household_key = e.household_key AND f.from_month <= e.from_month AND f.to_month >= e.to_month
    GROUP  BY e.household_key, e.from_month
)
SELECT e.household_key, e.from_month, e.to_month, n.members,
       CAST(e.base_fen AS BIGINT) AS base_fen, CAST(e.shown_fen AS BIGINT) AS shown_fen, CAST(e.pension_fen AS BIGINT) AS pension_fen,
       e.earner, e.employer, e.row_employment, e.row_pension
FROM   earned  AS e
JOIN   peopled AS n ON n.household_key = e.household_key AND n.from_month = e.from_month
