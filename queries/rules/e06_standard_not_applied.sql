-- id         = "e06_standard_not_applied"
-- typology   = "E06"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "exclusion"
-- subject    = "award"
-- reads      = ["award", "application", "payment", "household", "identity", "region_standard", "award_head_count", "paid_run"]
-- optional   = ["application"]
-- columns    = ["award.tier"]
-- # The amount is the old standard to the yuan; what fails is a rise whose arrears came later in one sum.
-- prior      = 0.75
-- reason_zh  = "{name}的待遇{award_no}每月{paid_yuan}元，{cause_zh}；{months}个月（{month_from}至{month_to}）少算{amount}元。"
-- reason_en  = "The benefit {award_no} of {name} is paid at {paid_yuan} yuan a month; {cause_en}. {amount} yuan is missing over {months} months ({month_from} to {month_to})."
-- why        = "A rise that is announced and not paid is taken from every month of those who were to have it; for tekun the law itself fixes the floor."
-- innocent   = ["The rise takes effect later here than the table says.", "Arrears were paid in one sum under another month.", "The family's tier or hukou kind changed with the rise, and the amount is right by chance.", "Income found at a review took up the rise."]
-- blind      = ["Awards of several persons without a tier: their income may have moved, see A12 and E05.", "Care allowances of tekun that were never raised.", "Places whose standards the table does not hold."]
-- basis      = ["社会救助暂行办法 art. 10 and 66", "特困人员认定办法；特困供养基本生活标准不低于低保标准的1.3倍"]
-- [parameters.lag_months]
-- default = 2
-- min     = 0
-- max     = 12
-- meaning = "months after a rise in which the old amount is still an administrative lag"
-- [parameters.short_yuan]
-- default = 1
-- min     = 0
-- max     = 100
-- meaning = "a difference of no more than this, in yuan a month, is rounding"

-- An award that is the standard itself (a tier, tekun, one person less the declared income) is compared with every
-- earlier standard of its line: where it is equal to one and lower than the one in force, the rise was not applied.
-- Care comes on top of the tekun basic amount, so a tekun row from before the rise need only be no less than the old
-- basic. A tekun amount is also held against the local multiple of the dibao standard. Months count from the rise,
-- once the lag is over.
WITH line AS (
    SELECT region_code, programme, coalesce(tier, '') AS tier, hukou_kind, from_month, until_month, monthly_amount_fen AS standard_fen, row_standard
    FROM   region_standard
),
benefit AS (
    SELECT a.award_key, a.household_key, a.award_no, a.programme, coalesce(a.application_key, -1) AS chain, a.start_month, n.head_count, h.region_code, i.hukou_kind,
           CASE WHEN a.programme = 'dibao' THEN coalesce(a.tier, '') ELSE '' END AS tier, CASE WHEN a.programme = 'tekun' THEN a.tier END AS care_tier,
           a.monthly_amount_fen AS paid_fen,
           -- What the award would be with nothing declared.
           a.monthly_amount_fen + CASE WHEN a.programme = 'dibao' AND a.tier IS NULL THEN coalesce(p.declared_income_fen, 0) ELSE 0 END AS full_fen,
           a.row_id AS row_award
    FROM   award            AS a
    JOIN   award_head_count AS n ON n.award_key = a.award_key
    JOIN   household        AS h ON h.household_key = a.household_key
    LEFT   JOIN identity    AS i ON i.person_key = h.head_key
    LEFT   JOIN application AS p ON p.application_key = a.application_key
    WHERE  a.monthly_amount_fen > 0
      AND  (a.programme = 'tekun' OR a.tier IS NOT NULL
            -- Without its application nobody knows what income was taken off.
            OR (n.head_count = 1 AND p.declared_income_fen IS NOT NULL))
      AND  a.programme IN ('dibao', 'tekun')
),
care AS (
    SELECT region_code, tier, hukou_kind, from_month, until_month, standard_fen FROM line WHERE programme = 'tekun' AND tier <> ''
),
split AS (
    -- What a tekun award is made of: the basic amount alone, or with the care its tier grants.
    SELECT b.*, 0 AS care_fen,
           -- Care that no standard prices: the amount, set before a rise, holds the old basic and some more.
           b.care_tier IN ('half_care', 'full_care') AND c.tier IS NULL AS care_unpriced
    FROM   benefit AS b
    LEFT   JOIN (SELECT DISTINCT region_code, tier FROM care) AS c ON c.region_code = b.region_code AND c.tier = b.care_tier
    UNION  ALL
    SELECT b.*, c.standard_fen, false
    FROM   benefit AS b
    JOIN   care    AS c ON c.region_code = b.region_code AND c.tier = b.care_tier
    WHERE  c.hukou_kind IS NULL OR c.hukou_kind = b.hukou_kind
),
behind AS (
    SELECT DISTINCT b.award_key, b.household_key, b.award_no, b.programme, b.chain, b.start_month, b.head_count, b.region_code, b.hukou_kind,
           b.tier, b.paid_fen, b.row_award, o.until_month AS risen_month, o.standard_fen AS old_fen, o.hukou_kind AS old_kind
    FROM   split AS b
    JOIN   line  AS o ON o.region_code = b.region_code AND o.programme = b.programme AND o.tier = b.tier
    -- Where no register tells the kind of hukou, the old amount itself does.
    WHERE  o.until_month IS NOT NULL AND (o.hukou_kind IS NULL OR o.hukou_kind = coalesce(b.hukou_kind, o.hukou_kind))
      AND  (abs(b.full_fen - b.head_count * (o.standard_fen + b.care_fen)) <= 100 * $short_yuan
            OR (b.care_unpriced AND b.start_month < o.until_month AND b.full_fen > b.head_count * o.standard_fen))
),
basic AS (
    -- More than the basic standard is basic and care together.
    SELECT b.*, s.from_month, s.until_month, s.standard_fen AS dibao_fen, s.row_standard,
           b.paid_fen - CASE WHEN b.paid_fen > b.head_count * k.standard_fen + 100 * $short_yuan THEN b.head_count * coalesce(c.standard_fen, 0) ELSE 0 END AS basic_fen
    FROM   benefit AS b
    JOIN   line    AS s ON s.region_code = b.region_code AND s.programme = 'dibao' AND s.tier = '' AND (s.hukou_kind IS NULL OR s.hukou_kind = b.hukou_kind)
    LEFT   JOIN line AS k
           ON  k.region_code = b.region_code AND k.programme = 'tekun' AND k.tier = '' AND (k.hukou_kind IS NULL OR k.hukou_kind = b.hukou_kind)
           AND k.from_month <= s.from_month AND (k.until_month IS NULL OR k.until_month > s.from_month)
    LEFT   JOIN care AS c
           ON  c.region_code = b.region_code AND c.tier = b.care_tier AND (c.hukou_kind IS NULL OR c.hukou_kind = b.hukou_kind)
           AND c.from_month <= s.from_month AND (c.until_month IS NULL OR c.until_month > s.from_month)
    WHERE  b.programme = 'tekun'
),
lacking AS (
    -- A standard in force for a while, the amount short of it, and the first month of the want.
    SELECT b.award_key, b.household_key, b.award_no, b.programme, b.chain, b.start_month, b.paid_fen, b.row_award, 'rise' AS cause,
           b.risen_month, n.from_month, n.until_month, b.head_count * (n.standard_fen - b.old_fen) AS short_fen, n.row_standard
    FROM   behind AS b
    JOIN   line   AS n ON n.region_code = b.region_code AND n.programme = b.programme AND n.tier = b.tier
    WHERE  coalesce(n.hukou_kind, '') = coalesce(b.old_kind, '') AND n.from_month >= b.risen_month AND b.head_count * (n.standard_fen - b.old_fen) > 100 * $short_yuan
    UNION  ALL
    SELECT b.award_key, b.household_key, b.award_no, b.programme, b.chain, b.start_month, b.paid_fen, b.row_award, 'ratio',
           b.from_month AS risen_month, b.from_month, b.until_month,
           CAST(ceil(b.head_count * b.dibao_fen * local_number(b.region_code, 'tekun_ratio', b.from_month)) AS BIGINT) - b.basic_fen, b.row_standard
    FROM   basic AS b
    WHERE  b.head_count * b.dibao_fen * local_number(b.region_code, 'tekun_ratio', b.from_month) - b.basic_fen > 100 * $short_yuan
),
running AS (
    SELECT l.*, greatest(l.from_month, r.from_month) AS first_month, least(r.to_month, coalesce(month_add(l.until_month, -1), r.to_month)) AS last_month
    FROM   lacking  AS l
    JOIN   paid_run AS r ON r.award_key = l.award_key
    WHERE  r.to_month >= l.from_month AND (l.until_month IS NULL OR r.from_month < l.until_month)
),
late AS (
    SELECT *, max(last_month) OVER (PARTITION BY award_key, cause, risen_month) AS latest_month FROM running
),
short AS (
    SELECT l.*, p.month, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY l.award_key, p.month ORDER BY l.short_fen DESC, l.cause DESC, l.risen_month, p.row_id) AS choice
    FROM   late    AS l
    JOIN   payment AS p ON p.award_key = l.award_key
    WHERE  l.latest_month >= month_add(l.risen_month, CAST($lag_months AS BIGINT))
      AND  p.status = 'paid' AND p.amount_fen > 0 AND p.amount_fen <= l.paid_fen
      AND  p.month >= l.first_month AND p.month <= l.last_month
)
-- A chain of awards under one application is one benefit: the finding is of the last award it touches.
SELECT first_value(award_key) OVER (PARTITION BY household_key, programme, chain ORDER BY start_month DESC, award_key DESC) AS subject_key,
       household_key, award_key, month, short_fen AS amount_fen,
       award_no, round(paid_fen / 100.0, 2) AS paid_yuan,
       CASE WHEN cause = 'rise' THEN left(CAST(risen_month AS VARCHAR), 7) || '起标准已提高，仍按原标准发放'
            ELSE '低于当地低保标准的规定倍数（特困基本生活标准，' || left(CAST(risen_month AS VARCHAR), 7) || '起）' END AS cause_zh,
       CASE WHEN cause = 'rise' THEN 'the standard rose from ' || left(CAST(risen_month AS VARCHAR), 7) || ' and the old one is still paid'
            ELSE 'that is under the multiple of the dibao standard which tekun support must reach (from ' || left(CAST(risen_month AS VARCHAR), 7) || ')' END AS cause_en,
       row_award, row_standard, row_payment
FROM   short
WHERE  choice = 1
ORDER  BY subject_key, month, award_key, row_payment
