-- id         = "d05_clustered_withdrawals"
-- typology   = "D05"
-- version    = 4
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "terminal"
-- reads      = ["withdrawal_cluster"]
-- needs      = ["account_transaction.terminal_no"]
-- columns    = ["payment.account_no"]
-- # Many cards in one hand is near certain; whether the hand passes the money on only the recipients can say.
-- prior      = 0.6
-- reason_zh  = "终端{terminal}在{in_months}个月（{month_from}至{month_to}）的{days}天出现集中取款：{minutes}分钟内最多有{most}个受助人账户被取款（首次为{first_at}），合计取出{drawn}元。"
-- reason_en  = "At terminal {terminal} recipients' accounts were drawn in clusters on {days} day(s) of {in_months} month(s) ({month_from} to {month_to}): up to {most} accounts within {minutes} minutes (first on {first_at}), {drawn} yuan in all."
-- why        = "One person with many recipients' cards at one machine, month after month, holds their money: it reaches them only if that person passes it on."
-- innocent   = ["A cadre or a neighbour drives old people to the only machine on pay day.", "A cash-service point (助农取款点) where a village draws on the day the money comes.", "Relatives draw for several old people of one clan."]
-- blind      = ["Accounts whose statements no lawful order produced.", "Cards drawn one by one, at several machines or over a counter.", "Money bound to a wallet and spent from there."]
-- basis      = ["刑法 art. 382", "民发〔2021〕57号 art. 25 and 26", "statements by lawful order only"]
-- [exemptions.single_month]
-- zh       = "仅一个月出现集中取款"
-- en       = "clusters in one single month only"
-- [exemptions.under_threshold]
-- zh       = "同时取款的账户数未达到标准"
-- en       = "fewer accounts at a time than the county looks at"

WITH cluster AS (
    SELECT DISTINCT first_row, terminal_no, first_at, first_day AS day, reach, accounts, full FROM withdrawal_cluster
),
pattern AS (
    SELECT terminal_no,
           count(DISTINCT CASE WHEN full THEN month_of(day) END) AS full_months, count(DISTINCT month_of(day)) AS near_months
    FROM   cluster
    GROUP  BY terminal_no
),
judged AS (
    SELECT terminal_no, full_months,
           CASE WHEN full_months >= 2 THEN NULL WHEN full_months = 1 THEN 'single_month' ELSE 'under_threshold' END AS exempt_as
    FROM   pattern
    WHERE  full_months > 0 OR near_months >= 2
),
shown AS (
    SELECT c.*, j.exempt_as
    FROM   judged  AS j
    JOIN   cluster AS c ON c.terminal_no = j.terminal_no
    WHERE  c.full OR j.full_months = 0
),
told AS (
    SELECT terminal_no, count(DISTINCT day) AS days, count(DISTINCT month_of(day)) AS in_months, max(accounts) AS most, min(first_at) AS first_at, CAST(max(reach) / 60 AS BIGINT) AS minutes
    FROM   shown
    GROUP  BY terminal_no
),
member AS (
    SELECT DISTINCT s.terminal_no, s.exempt_as, p.day, p.at, p.amount_fen, p.row_account_transaction
    FROM   shown              AS s
    JOIN   withdrawal_cluster AS p ON p.first_row = s.first_row
),
summed AS (
    SELECT m.*, t.days, t.in_months, t.most, t.first_at, t.minutes, sum(m.amount_fen) OVER (PARTITION BY m.terminal_no) AS drawn_fen
    FROM   member AS m
    JOIN   told   AS t ON t.terminal_no = m.terminal_no
)
SELECT terminal_no AS subject_key, month_of(day) AS month,
       CASE exempt_as WHEN 'single_month' THEN 'single_month' WHEN 'under_threshold' THEN 'under_threshold' END AS exemption,
       terminal_no AS terminal, days, in_months, most, replace(CAST(first_at AS VARCHAR), 'T', ' ') AS first_at, minutes, round(drawn_fen / 100.0, 2) AS drawn,
       row_account_transaction
FROM   summed
ORDER  BY subject_key, exemption, at, row_account_transaction
