-- meaning  = "Periods of months in which no local parameter changes, by region where an assisted family lives: first and last month, open ends are far dates. A parameter asked for with `from_month` answers for every month of the period, each by its first day."
-- reads    = ["household", "local_rule"]
-- optional = ["local_rule"]

WITH place AS (
    SELECT DISTINCT region_code FROM household WHERE region_code IS NOT NULL
),
change AS (
    -- A rule decides from the first month that begins under it to the last.
    SELECT region_prefix(region_code) AS prefix, month_after(day_add(from_date, -1)) AS month
    FROM   local_rule
    WHERE  from_date IS NOT NULL
    UNION
    SELECT region_prefix(region_code), month_after(to_date)
    FROM   local_rule
    WHERE  to_date IS NOT NULL
),
level AS (
    SELECT 0 AS digits UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 6 UNION ALL SELECT 9 UNION ALL SELECT 12
),
edge AS (
    SELECT region_code, DATE '1900-01-01' AS month FROM place
    UNION
    SELECT u.region_code, c.month
    FROM   (SELECT p.region_code, substr(p.region_code, 1, l.digits) AS prefix FROM place AS p CROSS JOIN level AS l) AS u
    JOIN   change AS c ON c.prefix = u.prefix
)
SELECT region_code, month AS from_month,
       coalesce(month_add(lead(month) OVER (PARTITION BY region_code ORDER BY month), -1), DATE '2999-12-01') AS to_month
FROM   edge
