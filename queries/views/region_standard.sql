-- meaning  = "The standards in force for every region where an assisted family lives, from the nearest region up that sets one for the programme. `until_month` is the first month of the next standard, null where there is none."
-- reads    = ["household", "standard"]

WITH place AS (
    SELECT DISTINCT region_code FROM household WHERE region_code IS NOT NULL
),
setter AS (
    SELECT DISTINCT region_code AS set_by, programme, region_prefix(region_code) AS prefix FROM standard
),
level AS (
    SELECT 0 AS digits UNION ALL SELECT 2 UNION ALL SELECT 4 UNION ALL SELECT 6 UNION ALL SELECT 9 UNION ALL SELECT 12
),
above AS (
    SELECT p.region_code, l.digits, substr(p.region_code, 1, l.digits) AS prefix
    FROM   place AS p
    CROSS  JOIN level AS l
),
nearest AS (
    SELECT u.region_code, s.programme, s.set_by,
           row_number() OVER (PARTITION BY u.region_code, s.programme ORDER BY u.digits DESC, s.set_by) AS nth
    FROM   above  AS u
    JOIN   setter AS s ON s.prefix = u.prefix
),
period AS (
    SELECT region_code, programme, hukou_kind, tier, from_month, monthly_amount_fen, row_id,
           lead(from_month) OVER (PARTITION BY region_code, programme, hukou_kind, tier ORDER BY from_month, row_id) AS until_month
    FROM   standard
)
SELECT n.region_code, p.programme, p.hukou_kind, p.tier, p.from_month, p.until_month, p.monthly_amount_fen,
       p.row_id AS row_standard
FROM   nearest AS n
JOIN   period  AS p ON p.region_code = n.set_by AND p.programme = n.programme
WHERE  n.nth = 1
