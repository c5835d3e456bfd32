-- meaning  = "Withdrawals of recipients' accounts that lie close together at one terminal: a row a withdrawal and the first withdrawal (`first_row`, `first_at`, `first_day`) of a window of cluster_minutes in which it lies, where the window holds more than half as many accounts as cluster_withdrawals; `accounts` in the window, `full` where they are that many or more. Parameters are those of the place where most of the machine's recipients live. A withdrawal without a time of day (a statement that has dates alone) lies in no window."
-- reads    = ["account_transaction", "payment", "household"]
-- once     = true

-- Withdrawals lie in slots as long as the window, so that a cluster lies in its first draw's slot or the next:
-- a draw meets those of two slots of its machine, never all of them.
WITH drawn AS (
    SELECT terminal_no, account_key, at, CAST(at AS DATE) AS day, CAST(date_part('epoch', at) AS BIGINT) AS second,
           amount_fen, row_id AS row_account_transaction
    FROM   account_transaction
    WHERE  direction = 'out' AND terminal_no IS NOT NULL AND account_key IS NOT NULL AND at <> CAST(CAST(at AS DATE) AS TIMESTAMP)
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
    SELECT terminal_no, account_key, at, day, second, amount_fen, row_account_transaction, slot FROM slotted
    UNION  ALL
    SELECT terminal_no, account_key, at, day, second, amount_fen, row_account_transaction, slot - 1 FROM slotted
),
pair AS (
    SELECT a.terminal_no, a.row_account_transaction AS first_row, a.at AS first_at, a.day AS first_day, a.bulk, a.reach,
           b.account_key, b.at, b.day, b.amount_fen, b.row_account_transaction
    FROM   slotted AS a
    JOIN   met     AS b ON b.terminal_no = a.terminal_no AND b.slot = a.slot
    WHERE  b.second >= a.second AND b.second <= a.second + a.reach
),
cluster AS (
    SELECT first_row, count(DISTINCT account_key) AS accounts, count(DISTINCT account_key) >= bulk AS full
    FROM   pair
    GROUP  BY first_row, bulk
    -- Clusters of more than half the number are near misses.
    HAVING 2 * count(DISTINCT account_key) > bulk
)
SELECT p.terminal_no, p.first_row, p.first_at, p.first_day, p.reach, c.accounts, c.full, p.account_key, p.at, p.day, p.amount_fen, p.row_account_transaction
FROM   pair    AS p
JOIN   cluster AS c ON c.first_row = p.first_row
