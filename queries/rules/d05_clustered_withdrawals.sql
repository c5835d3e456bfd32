-- id         = "d05_clustered_withdrawals"
-- typology   = "D05"
-- version    = 1
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "terminal"
-- reads      = ["account_transaction", "payment", "household"]
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

-- Withdrawals lie in slots as long as the window, so that a cluster lies in its first draw's slot or the next:
-- a draw meets those of two slots of its machine, never all of them.
WITH drawn AS (
    SELECT terminal_no, account_key, at, CAST(at AS DATE) AS day, CAST(date_part('epoch', at) AS BIGINT) AS second,
           amount_fen, row_id AS row_account_transaction
    FROM   account_transaction
    WHERE  direction = 'out' AND terminal_no IS NOT NULL AND account_key IS NOT NULL
),
recipient AS (
    SELECT d.account_key, min(p.household_key) AS household_key
    FROM   (SELECT DISTINCT account_key FROM drawn) AS d
    JOIN   payment AS p ON p.account_key = d.account_key
    GROUP  BY d.account_key
),
-- What a county sets for the place where most of a machine's recipients live holds for the machine.
place AS (
    SELECT d.terminal_no, h.region_code, count(DISTINCT d.account_key) AS accounts
    FROM   drawn     AS d
    JOIN   recipient AS r ON r.account_key = d.account_key
    JOIN   household AS h ON h.household_key = r.household_key
    GROUP  BY d.terminal_no, h.region_code
),
machine AS (
    SELECT terminal_no, first_value(region_code ORDER BY accounts DESC, region_code) AS region_code
    FROM   place
    GROUP  BY terminal_no
    HAVING sum(accounts) > 1
),
timed AS (
    SELECT d.*, CAST(60 * local_number(m.region_code, 'cluster_minutes', d.day) AS BIGINT) AS reach,
           local_number(m.region_code, 'cluster_withdrawals', d.day) AS bulk
    FROM   machine   AS m
    JOIN   drawn     AS d ON d.terminal_no = m.terminal_no
    JOIN   recipient AS r ON r.account_key = d.account_key
),
slotted AS (
    SELECT *, second / greatest(reach, 1) AS slot FROM timed
),
met AS (
    SELECT terminal_no, account_key, second, amount_fen, row_account_transaction, slot FROM slotted
    UNION  ALL
    SELECT terminal_no, account_key, second, amount_fen, row_account_transaction, slot - 1 FROM slotted
),
pair AS (
    SELECT a.terminal_no, a.row_account_transaction AS first_row, a.at AS first_at, a.day, a.bulk, a.reach,
           b.account_key, b.row_account_transaction
    FROM   slotted AS a
    JOIN   met     AS b ON b.terminal_no = a.terminal_no AND b.slot = a.slot
    WHERE  b.second >= a.second AND b.second <= a.second + a.reach
),
cluster AS (
    SELECT first_row, terminal_no, first_at, day, reach, count(DISTINCT account_key) AS accounts, count(DISTINCT account_key) >= bulk AS full
    FROM   pair
    GROUP  BY first_row, terminal_no, first_at, day, reach, bulk
    -- Clusters of more than half the number are near misses.
    HAVING 2 * count(DISTINCT account_key) > bulk
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
    SELECT DISTINCT s.terminal_no, s.exempt_as, p.row_account_transaction
    FROM   shown AS s
    JOIN   pair  AS p ON p.first_row = s.first_row
),
summed AS (
    SELECT m.terminal_no, m.exempt_as, d.day, d.at, d.row_account_transaction, t.days, t.in_months, t.most, t.first_at, t.minutes,
           sum(d.amount_fen) OVER (PARTITION BY m.terminal_no) AS drawn_fen
    FROM   member  AS m
    JOIN   slotted AS d ON d.row_account_transaction = m.row_account_transaction
    JOIN   told    AS t ON t.terminal_no = m.terminal_no
)
SELECT terminal_no AS subject_key, month_of(day) AS month,
       CASE exempt_as WHEN 'single_month' THEN 'single_month' WHEN 'under_threshold' THEN 'under_threshold' END AS exemption,
       terminal_no AS terminal, days, in_months, most, replace(CAST(first_at AS VARCHAR), 'T', ' ') AS first_at, minutes, round(drawn_fen / 100.0, 2) AS drawn,
       row_account_transaction
FROM   summed
ORDER  BY subject_key, exemption, at, row_account_transaction
