-- meaning  = "Every standard a person that may apply to a family, by programme and period: the nearest region's, of the hukou kind of the family's head, or else of its other members where they agree. Where no register tells the kind, each kind's standard stands, `dearest` marking the one that speaks for the family. `until_month` is the first month of the next standard, null where there is none. Care tiers are left out."
-- reads    = ["household", "identity", "household_member", "region_standard"]
-- optional = ["household_member"]
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
),
told AS (
    -- Joined here and not with the families, of whom there are many more.
    SELECT b.*, d.hukou_kind AS dearest_kind
    FROM   basic        AS b
    LEFT   JOIN dearest AS d ON d.region_code = b.region_code AND d.programme = b.programme AND d.nth = 1
),
headed AS (
    SELECT h.household_key, h.region_code, i.hukou_kind
    FROM   household     AS h
    LEFT   JOIN identity AS i ON i.person_key = h.head_key
),
shared AS (
    SELECT m.household_key, min(i.hukou_kind) AS hukou_kind
    FROM   headed           AS h
    JOIN   household_member AS m ON m.household_key = h.household_key
    JOIN   identity         AS i ON i.person_key = m.person_key
    WHERE  h.hukou_kind IS NULL
    GROUP  BY m.household_key
    HAVING min(i.hukou_kind) = max(i.hukou_kind)
),
family AS (
    SELECT h.household_key, h.region_code, coalesce(h.hukou_kind, s.hukou_kind) AS hukou_kind
    FROM   headed      AS h
    LEFT   JOIN shared AS s ON s.household_key = h.household_key
)
SELECT f.household_key, b.programme, b.from_month, b.until_month, b.monthly_amount_fen AS standard_fen,
       b.hukou_kind IS NULL OR b.hukou_kind = coalesce(f.hukou_kind, b.dearest_kind) AS dearest, b.row_standard
FROM   family AS f
JOIN   told   AS b ON b.region_code = f.region_code
WHERE  b.hukou_kind IS NULL OR f.hukou_kind IS NULL OR b.hukou_kind = f.hukou_kind
