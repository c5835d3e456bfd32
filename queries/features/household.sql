-- meaning  = "A household with a monthly award in force in the window, by its latest one; its peers are the families of its county with the same programme and as many persons (four and more together)."
-- subject  = "household"
-- reads    = ["household", "award", "application", "household_standard", "payment"]
-- optional = ["application"]
-- [columns.amount_share]
-- unit = "share of the standard"
-- least = 0.05
-- zh   = "人均保障金额占标准"
-- en   = "amount a person"
-- [columns.declared_share]
-- unit = "share of the standard"
-- least = 0.05
-- zh   = "人均申报收入占标准"
-- en   = "declared income a person"
-- [columns.covered_share]
-- unit = "share of the family"
-- least = 0.05
-- zh   = "保障人数占家庭人口"
-- en   = "persons covered"
-- [columns.days_to_decision]
-- unit = "days"
-- least = 3.0
-- zh   = "申请至审批天数"
-- en   = "days from application to decision"
-- [columns.accounts]
-- unit = "accounts"
-- least = 1.0
-- zh   = "收款账户数"
-- en   = "accounts paid to"
-- [columns.returned_share]
-- unit = "share of payments"
-- least = 0.05
-- zh   = "退回发放占比"
-- en   = "payments that came back"
-- [columns.same_phone]
-- unit = "other households"
-- least = 1.0
-- zh   = "与其同一联系电话的其他救助家庭数"
-- en   = "other households with its telephone"
-- [columns.same_address]
-- unit = "other households"
-- least = 1.0
-- zh   = "与其同一住址的其他救助家庭数"
-- en   = "other households at its address"

WITH granted AS (
    SELECT household_key, award_key, start_month, programme, persons, monthly_amount_fen, application_key, row_id
    FROM   award
    WHERE  programme IN ('dibao', 'tekun') AND monthly_amount_fen > 0 AND persons > 0 AND household_key IS NOT NULL
),
latest AS (
    SELECT g.*
    FROM   granted AS g
    JOIN   (SELECT max(g.award_key) AS award_key
            FROM   granted AS g
            JOIN   (SELECT household_key, max(start_month) AS start_month FROM granted GROUP BY household_key) AS m
                   ON m.household_key = g.household_key AND m.start_month = g.start_month
            GROUP  BY g.household_key) AS l ON l.award_key = g.award_key
),
paid_into AS (
    -- Few rows a family.
    SELECT household_key, account_key, count(*) AS lines, sum(CASE WHEN status = 'returned' THEN 1 ELSE 0 END) AS returned
    FROM   payment
    WHERE  household_key IS NOT NULL
    GROUP  BY household_key, account_key
),
paid AS (
    SELECT household_key, count(account_key) AS accounts, CAST(sum(returned) AS DOUBLE) / sum(lines) AS returned_share
    FROM   paid_into
    GROUP  BY household_key
),
telephone AS (
    SELECT phone_normal(phone) AS phone, count(*) AS households FROM household WHERE phone_normal(phone) IS NOT NULL GROUP BY phone_normal(phone)
),
home AS (
    SELECT address, count(*) AS households FROM household WHERE address IS NOT NULL GROUP BY address
)
SELECT h.household_key AS subject_key, h.household_no AS subject_no, h.region_code,
       concat(substr(h.region_code, 1, 6), ' ', l.programme, ' ', CAST(least(h.family_size, 4) AS VARCHAR)) AS peer_group,
       CAST(l.monthly_amount_fen AS DOUBLE) / l.persons / s.standard_fen AS amount_share,
       CAST(p.declared_income_fen AS DOUBLE) / nullif(h.family_size, 0) / s.standard_fen AS declared_share,
       CAST(l.persons AS DOUBLE) / nullif(h.family_size, 0) AS covered_share,
       CAST(p.decided_on - p.applied_on AS DOUBLE) AS days_to_decision,
       CAST(d.accounts AS DOUBLE) AS accounts,
       d.returned_share,
       CAST(coalesce(t.households - 1, 0) AS DOUBLE) AS same_phone,
       CAST(coalesce(a.households - 1, 0) AS DOUBLE) AS same_address,
       h.row_id AS row_household, l.row_id AS row_award, p.row_id AS row_application
FROM   latest             AS l
JOIN   household          AS h ON h.household_key = l.household_key
JOIN   household_standard AS s ON s.household_key = l.household_key AND s.programme = l.programme
                              AND s.from_month <= l.start_month AND coalesce(s.until_month > l.start_month, true)
LEFT   JOIN application   AS p ON p.application_key = l.application_key
LEFT   JOIN paid          AS d ON d.household_key = l.household_key
LEFT   JOIN telephone     AS t ON t.phone = phone_normal(h.phone)
LEFT   JOIN home          AS a ON a.address = h.address
WHERE  s.standard_fen > 0
ORDER  BY subject_no
