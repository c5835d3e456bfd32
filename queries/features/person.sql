-- meaning  = "A person covered by a monthly award, by what the office pays and what registers hold; peers are those of the same programme, in town or country."
-- subject  = "person"
-- reads    = ["identity", "award_member", "award", "award_head_count", "employment", "pension", "deposit", "vehicle", "real_estate", "enterprise_role"]
-- optional = ["employment", "pension", "deposit", "vehicle", "real_estate", "enterprise_role"]
-- [columns.awards]
-- unit = "awards"
-- least = 1.0
-- zh   = "涉及待遇数"
-- en   = "awards"
-- [columns.households]
-- unit = "households"
-- least = 1.0
-- zh   = "涉及救助家庭数"
-- en   = "assisted households"
-- [columns.yuan_a_month]
-- unit = "yuan a month"
-- least = 50.0
-- zh   = "本人份额月保障金额（各待遇最高者之和）"
-- en   = "own share of the awards, the dearest of each programme"
-- [columns.wage]
-- unit = "yuan a month"
-- least = 50.0
-- zh   = "最高缴费基数"
-- en   = "highest contribution base"
-- [columns.jobs]
-- unit = "periods"
-- least = 1.0
-- zh   = "参保缴费段数"
-- en   = "periods of contribution"
-- [columns.pension]
-- unit = "yuan a month"
-- least = 50.0
-- zh   = "月养老金"
-- en   = "pensions"
-- [columns.deposit]
-- unit = "yuan"
-- least = 5000.0
-- zh   = "最高存款余额"
-- en   = "highest balance"
-- [columns.vehicle]
-- unit = "yuan"
-- least = 5000.0
-- zh   = "名下机动车购置价合计"
-- en   = "price of vehicles"
-- [columns.estate]
-- unit = "square metres"
-- least = 20.0
-- zh   = "名下房产面积合计"
-- en   = "housing owned"
-- [columns.firms]
-- unit = "firms"
-- least = 1.0
-- zh   = "任职或持股企业数"
-- en   = "firms with a role in them"

WITH covered AS (
    SELECT m.person_key, a.programme, a.household_key, a.award_key, CAST(a.monthly_amount_fen AS DOUBLE) / 100 / nullif(n.head_count, 0) AS yuan,
           m.row_id AS row_member, a.start_month
    FROM   award_member          AS m
    JOIN   award                 AS a ON a.award_key = m.award_key
    LEFT   JOIN award_head_count AS n ON n.award_key = a.award_key
    WHERE  a.programme IN ('dibao', 'tekun') AND m.person_key IS NOT NULL
),
dearest AS (
    SELECT person_key, sum(yuan) AS yuan FROM (SELECT person_key, programme, max(yuan) AS yuan FROM covered GROUP BY person_key, programme) AS p GROUP BY person_key
),
person AS (
    SELECT person_key, count(DISTINCT award_key) AS awards, count(DISTINCT household_key) AS households,
           min(programme) AS programme, max(row_member) AS row_member
    FROM   covered
    GROUP  BY person_key
),
job AS (
    SELECT person_key, max(contribution_base_fen) / 100.0 AS wage, count(*) AS jobs FROM employment GROUP BY person_key
),
old AS (
    SELECT person_key, sum(yuan) AS yuan
    FROM   (SELECT person_key, kind, max(monthly_amount_fen) / 100.0 AS yuan FROM pension GROUP BY person_key, kind) AS k
    GROUP  BY person_key
),
saved AS (
    SELECT person_key, max(balance_fen) / 100.0 AS yuan FROM deposit GROUP BY person_key
),
car AS (
    SELECT owner_key AS person_key, sum(price_fen) / 100.0 AS yuan FROM vehicle WHERE deregistered_on IS NULL GROUP BY owner_key
),
house AS (
    SELECT owner_key AS person_key, sum(area * coalesce(share, 1.0)) AS area FROM real_estate WHERE deregistered_on IS NULL GROUP BY owner_key
),
firm AS (
    SELECT person_key, count(DISTINCT uscc) AS firms FROM enterprise_role WHERE to_date IS NULL GROUP BY person_key
)
SELECT i.person_key AS subject_key, i.id_number AS subject_no, coalesce(i.region_code, '') AS region_code,
       concat(p.programme, ' ', coalesce(i.hukou_kind, '')) AS peer_group,
       CAST(p.awards AS DOUBLE) AS awards, CAST(p.households AS DOUBLE) AS households,
       d.yuan AS yuan_a_month,
       CAST(coalesce(j.wage, 0) AS DOUBLE) AS wage, CAST(coalesce(j.jobs, 0) AS DOUBLE) AS jobs,
       CAST(coalesce(o.yuan, 0) AS DOUBLE) AS pension, CAST(coalesce(s.yuan, 0) AS DOUBLE) AS deposit,
       CAST(coalesce(c.yuan, 0) AS DOUBLE) AS vehicle, CAST(coalesce(h.area, 0) AS DOUBLE) AS estate,
       CAST(coalesce(f.firms, 0) AS DOUBLE) AS firms,
       p.row_member AS row_award_member
FROM   person       AS p
JOIN   identity     AS i ON i.person_key = p.person_key
LEFT   JOIN dearest AS d ON d.person_key = p.person_key
LEFT   JOIN job     AS j ON j.person_key = p.person_key
LEFT   JOIN old     AS o ON o.person_key = p.person_key
LEFT   JOIN saved   AS s ON s.person_key = p.person_key
LEFT   JOIN car     AS c ON c.person_key = p.person_key
LEFT   JOIN house   AS h ON h.person_key = p.person_key
LEFT   JOIN firm    AS f ON f.person_key = p.person_key
WHERE  i.id_number IS NOT NULL
ORDER  BY subject_no
