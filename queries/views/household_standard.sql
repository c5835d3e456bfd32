-- meaning  = "The standard a person that applies to a family, by programme and period: the nearest region's, of the family head's hukou kind; where that is not known the dearer kind, which speaks for the family. `until_month` is the first month of the next standard, null where there is none. Care tiers are left out."
-- reads    = ["household", "identity", "region_standard"]
-- once     = true

WITH basic AS (
    SELECT region_code, programme, hukou_kind, from_month, until_month, monthly_amount_fen, row_standard
    FROM   region_standard
    WHERE  tier IS NULL
),
dearest AS (
    SELECT region_code, programme, hukou_kind,
           row_number() OVER (PARTITION BY region_code, programme ORDER BY max(monthly_amount_fen) DESC, hukou_kind) AS nth
    FROM   basic
    WHERE  hukou_kind IS NOT NULL
    GROUP  BY region_code, programme, hukou_kind
)
SELECT h.household_key, b.programme, b.from_month, b.until_month, b.monthly_amount_fen AS standard_fen, b.row_standard
FROM   household     AS h
LEFT   JOIN identity AS i ON i.person_key = h.head_key
JOIN   basic         AS b ON b.region_code = h.region_code
LEFT   JOIN dearest  AS d ON d.region_code = b.region_code AND d.programme = b.programme AND d.nth = 1
WHERE  b.hukou_kind IS NULL OR b.hukou_kind = coalesce(i.hukou_kind, d.hukou_kind)
