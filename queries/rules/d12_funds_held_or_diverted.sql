-- id         = "d12_funds_held_or_diverted"
-- typology   = "D12"
-- version    = 1
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "region"
-- reads      = ["fund_flow", "region", "payment", "account", "award_member", "household", "institution"]
-- optional   = ["account", "institution"]
-- # Vouchers are exact; what fails is money booked under another month or account, and carry-over that was allowed.
-- prior      = 0.55
-- reason_zh  = "{place}{programme_zh}资金：{what_zh}，涉及{amount}元。"
-- reason_en  = "{programme_en} funds of {place}: {what_en}; {amount} yuan at issue."
-- why        = "Money for the poor that lies in an account or pays for a road is missing where it was meant to go; relief funds used for anything else are a crime of their own."
-- innocent   = ["Year-end carry-over that the higher level allowed.", "Money allocated early for months to come, and booked under the month it came in.", "A transfer between treasury accounts, or to the bank that pays out.", "Fewer recipients than planned, the rest still to be returned."]
-- blind      = ["Where the money was disbursed to, once it went to the paying bank: see D06.", "Transfers whose payee the voucher does not name.", "Money that the region never got."]
-- basis      = ["社会救助暂行办法 art. 5 and 67", "刑法 art. 273 and 384"]
-- [exemptions.disbursed_within_limit]
-- zh       = "已在规定期限内支出或退回"
-- en       = "disbursed or returned within the time allowed"
-- [exemptions.spent_for_other_month]
-- zh       = "已在规定期限内用于相邻月份的发放"
-- en       = "spent in time on payments for neighbouring months"
-- [exemptions.payee_is_recipient]
-- zh       = "收款人是救助对象"
-- en       = "the payee is a recipient"
-- [exemptions.payee_is_institution]
-- zh       = "收款人是供养机构"
-- en       = "the payee is a support institution"
-- [exemptions.paying_agent]
-- zh       = "收款人是代发银行或上缴结余的财政账户"
-- en       = "the payee is the bank that pays out or the treasury that takes returns"
-- [parameters.held_share]
-- default = 0.05
-- min     = 0
-- max     = 0.5
-- meaning = "share of the allocated money that may stay over"

-- Two cases of a region. Held: what came for a programme and month and was neither disbursed nor returned in time.
-- Diverted: a transfer to a payee who is no recipient. Such a transfer is not held as well.
WITH flow AS (
    SELECT region_code, coalesce(programme, '') AS programme, coalesce(month, month_of(flowed_on)) AS month, kind, amount_fen, flowed_on,
           payee_name, name_normal(payee_name) AS payee, payee_account_key, payee_account_no, coalesce(purpose, '') AS purpose, row_id AS row_fund_flow,
           CASE WHEN kind IN ('disbursed', 'returned') THEN amount_fen
                WHEN kind = 'transferred' AND (payee_name IS NOT NULL OR payee_account_no IS NOT NULL) THEN amount_fen ELSE 0 END AS spent_fen
    FROM   fund_flow
),
came AS (
    SELECT region_code, programme, month, sum(amount_fen) AS allocated_fen, max(flowed_on) AS came_on, min(row_fund_flow) AS row_fund_flow
    FROM   flow
    WHERE  kind = 'allocated'
    GROUP  BY region_code, programme, month
    HAVING sum(amount_fen) > 0
),
due AS (
    SELECT *, CAST(local_number(region_code, 'fund_idle_months', came_on) AS BIGINT) AS idle_months,
           -- The same day so many months on.
           day_add(month_add(came_on, CAST(local_number(region_code, 'fund_idle_months', came_on) AS BIGINT)),
                   CAST(date_part('day', came_on) AS BIGINT) - 1) AS due_on
    FROM   came
),
balance AS (
    SELECT d.region_code, d.programme, d.month, d.allocated_fen, d.came_on, d.idle_months, d.due_on, d.row_fund_flow,
           d.allocated_fen - coalesce(sum(CASE WHEN f.flowed_on < month_after(d.came_on) THEN f.spent_fen END), 0) AS first_fen,
           d.allocated_fen - coalesce(sum(CASE WHEN f.flowed_on <= d.due_on THEN f.spent_fen END), 0) AS held_fen,
           d.allocated_fen - coalesce(sum(CASE WHEN f.flowed_on <= $as_of THEN f.spent_fen END), 0) AS left_fen,
           max(CASE WHEN f.spent_fen > 0 THEN f.row_fund_flow END) AS row_fund_flow_spent
    FROM   due  AS d
    LEFT   JOIN flow AS f ON f.region_code = d.region_code AND f.programme = d.programme AND f.month = d.month
    WHERE  d.due_on < $as_of
    GROUP  BY d.region_code, d.programme, d.month, d.allocated_fen, d.came_on, d.idle_months, d.due_on, d.row_fund_flow
),
idle AS (
    SELECT * FROM balance WHERE first_fen > $held_share * allocated_fen
),
neighbour AS (
    -- What neighbouring months spent beyond their own money.
    SELECT i.region_code, i.programme, i.month, f.month AS other_month,
           greatest(sum(CASE WHEN f.flowed_on <= i.due_on THEN f.spent_fen ELSE 0 END) - sum(CASE WHEN f.kind = 'allocated' THEN f.amount_fen ELSE 0 END), 0) AS beyond_fen
    FROM   idle AS i
    JOIN   flow AS f ON f.region_code = i.region_code AND f.programme = i.programme
    WHERE  f.month <> i.month AND f.month >= month_add(i.month, -i.idle_months) AND f.month <= month_add(i.month, i.idle_months)
    GROUP  BY i.region_code, i.programme, i.month, f.month
),
lent AS (
    SELECT region_code, programme, month, sum(beyond_fen) AS beyond_fen
    FROM   neighbour
    GROUP  BY region_code, programme, month
),
held AS (
    SELECT i.*,
           CASE WHEN i.held_fen <= $held_share * i.allocated_fen THEN 'disbursed_within_limit'
                WHEN i.held_fen - coalesce(n.beyond_fen, 0) <= $held_share * i.allocated_fen THEN 'spent_for_other_month' END AS exempt_as
    FROM   idle AS i
    LEFT   JOIN lent AS n ON n.region_code = i.region_code AND n.programme = i.programme AND n.month = i.month
),
sent AS (
    SELECT * FROM flow
    WHERE  kind = 'transferred' AND amount_fen > 0 AND flowed_on <= $as_of AND (payee_name IS NOT NULL OR payee_account_no IS NOT NULL)
),
lawful AS (
    SELECT t.row_fund_flow, 'payee_is_recipient' AS exempt_as FROM sent AS t JOIN payment AS p ON p.account_key = t.payee_account_key
    UNION
    SELECT t.row_fund_flow, 'payee_is_recipient'
    FROM   sent AS t
    JOIN   account      AS c ON c.account_key = t.payee_account_key
    JOIN   award_member AS m ON m.person_key = c.holder_key
    UNION
    -- A name counts only in the region itself, and only where the account is not known to be somebody else's.
    SELECT t.row_fund_flow, 'payee_is_recipient'
    FROM   sent AS t
    JOIN   award_member AS m ON m.name = t.payee_name
    JOIN   household    AS h ON h.household_key = m.household_key
    WHERE  t.payee_account_key IS NULL AND region_contains(t.region_code, h.region_code)
    UNION
    SELECT t.row_fund_flow, 'payee_is_institution'
    FROM   sent AS t
    JOIN   account AS c ON c.account_key = t.payee_account_key
    WHERE  c.institution_key IS NOT NULL
    UNION
    SELECT t.row_fund_flow, 'payee_is_institution' FROM sent AS t JOIN institution AS n ON name_normal(n.name) = t.payee
    UNION
    SELECT t.row_fund_flow, 'paying_agent' FROM sent AS t JOIN flow AS f ON f.payee = t.payee WHERE f.kind IN ('disbursed', 'returned')
),
diverted AS (
    SELECT t.*, l.exempt_as
    FROM   sent AS t
    LEFT   JOIN (SELECT row_fund_flow, max(exempt_as) AS exempt_as FROM lawful GROUP BY row_fund_flow) AS l ON l.row_fund_flow = t.row_fund_flow
),
judged AS (
    SELECT 'held' AS kind, region_code, programme, month, exempt_as, greatest(left_fen, 0) AS amount_fen,
           concat(CAST(came_on AS VARCHAR), '下达', CAST(CAST(allocated_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), '元，',
                  CASE WHEN exempt_as = 'disbursed_within_limit' THEN '当月未全部支出'
                       ELSE concat('满', CAST(idle_months AS VARCHAR), '个月时仍有', CAST(CAST(held_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), '元既未发放也未退回') END) AS what_zh,
           concat(CAST(CAST(allocated_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), ' yuan came on ', CAST(came_on AS VARCHAR),
                  CASE WHEN exempt_as = 'disbursed_within_limit' THEN ' and were not all spent in that month'
                       ELSE concat(', and after ', CAST(idle_months AS VARCHAR), ' months ', CAST(CAST(held_fen / 100.0 AS DECIMAL(18, 2)) AS VARCHAR), ' yuan were neither disbursed nor returned') END) AS what_en,
           row_fund_flow, row_fund_flow_spent
    FROM   held
    UNION  ALL
    SELECT 'diverted', region_code, programme, month, exempt_as, amount_fen,
           concat(CAST(flowed_on AS VARCHAR), '转出至', coalesce(payee_name, '未载明户名'), '（', coalesce(payee_account_no, '账号未载明'), '），用途“', purpose, '”'),
           concat('transferred on ', CAST(flowed_on AS VARCHAR), ' to ', coalesce(payee_name, 'an unnamed holder'), ' (', coalesce(payee_account_no, 'no account given'), '), purpose "', purpose, '"'),
           row_fund_flow, NULL
    FROM   diverted
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY region_code, kind, programme) AS all_exempt,
           row_number() OVER (PARTITION BY region_code, kind, programme, exempt_as ORDER BY month, row_fund_flow) AS nth
    FROM   judged
)
SELECT r.region_code AS subject_key, concat(r.kind, ' ', r.programme) AS case_key, r.month, CAST(r.amount_fen AS BIGINT) AS amount_fen,
       CASE r.exempt_as WHEN 'disbursed_within_limit' THEN 'disbursed_within_limit' WHEN 'spent_for_other_month' THEN 'spent_for_other_month'
                        WHEN 'payee_is_recipient' THEN 'payee_is_recipient' WHEN 'payee_is_institution' THEN 'payee_is_institution'
                        WHEN 'paying_agent' THEN 'paying_agent' END AS exemption,
       coalesce(g.name, r.region_code) AS place,
       CASE r.programme WHEN 'dibao' THEN '低保' WHEN 'tekun' THEN '特困供养' WHEN 'temporary' THEN '临时救助' WHEN 'medical' THEN '医疗救助' ELSE '救助' END AS programme_zh,
       CASE r.programme WHEN 'dibao' THEN 'Dibao' WHEN 'tekun' THEN 'Tekun' WHEN 'temporary' THEN 'Temporary-aid' WHEN 'medical' THEN 'Medical-aid' ELSE 'Assistance' END AS programme_en,
       r.what_zh, r.what_en, r.row_fund_flow, r.row_fund_flow_spent
FROM   ranked AS r
LEFT   JOIN region AS g ON g.region_code = r.region_code
WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, case_key, exemption, month, r.row_fund_flow
