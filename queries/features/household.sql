-- meaning  = "A household with a monthly award in force in the window, by its latest one."
-- subject  = "household"
-- reads    = ["household", "award", "application", "household_standard", "payment"]
-- [columns.amount_share]
-- unit = "share of the standard"
-- zh   = "人均保障金额占标准"
-- en   = "amount a person"
-- [columns.declared_share]
-- unit = "share of the standard"
-- zh   = "人均申报收入占标准"
-- en   = "declared income a person"
-- [columns.family_size]
-- unit = "persons"
-- zh   = "家庭人口"
-- en   = "family size"
-- [columns.covered_share]
-- unit = "share of the family"
-- zh   = "保障人数占家庭人口"
-- en   = "persons covered"
-- [columns.days_to_decision]
-- unit = "days"
-- zh   = "申请至审批天数"
-- en   = "days from application to decision"
-- [columns.accounts]
-- unit = "accounts"
-- zh   = "收款账户数"
-- en   = "accounts paid to"
-- [columns.returned_share]
-- unit = "share of payments"
-- zh   = "退回发放占比"
-- en   = "payments that came back"

WITH latest AS (
    SELECT *, row_number() OVER (PARTITION BY household_key ORDER BY start_month DESC, award_key DESC) AS nth
    FROM   award
    WHERE  programme IN ('dibao', 'tekun') AND monthly_amount_fen > 0 AND persons > 0 AND household_key IS NOT NULL
),
paid AS (
    SELECT a.household_key, count(DISTINCT p.account_key) AS accounts,
           avg(CASE WHEN p.status = 'returned' THEN 1.0 ELSE 0.0 END) AS returned_share
    FROM   payment AS p
    JOIN   award   AS a ON a.award_key = p.award_key
    GROUP  BY a.household_key
)
SELECT h.household_no AS subject_no, h.region_code,
       CAST(l.monthly_amount_fen AS DOUBLE) / l.persons / s.standard_fen AS amount_share,
       CAST(p.declared_income_fen AS DOUBLE) / nullif(h.family_size, 0) / s.standard_fen AS declared_share,
       CAST(h.family_size AS DOUBLE) AS family_size,
       CAST(l.persons AS DOUBLE) / nullif(h.family_size, 0) AS covered_share,
       CAST(p.decided_on - p.applied_on AS DOUBLE) AS days_to_decision,
       CAST(d.accounts AS DOUBLE) AS accounts,
       d.returned_share
FROM   latest             AS l
JOIN   household          AS h ON h.household_key = l.household_key
JOIN   household_standard AS s ON s.household_key = l.household_key AND s.programme = l.programme
                              AND s.from_month <= l.start_month AND coalesce(s.until_month > l.start_month, true)
LEFT   JOIN application   AS p ON p.application_key = l.application_key
LEFT   JOIN paid          AS d ON d.household_key = l.household_key
WHERE  l.nth = 1 AND s.standard_fen > 0
ORDER  BY subject_no
