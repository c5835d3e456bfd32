-- meaning  = "Balances of members of families, from `as_of` until the person's next one (`until_on`, null for the latest): the sum of that day, how many members the family had and what, by programme, the local rule lets each member hold at the standard of that day (`allowed_fen`). Members are who had not left by the day and had joined by then, or by the day the holder joined; `other_name` marks a balance under another name."
-- reads    = ["household", "family_member", "identity", "deposit", "household_standard"]
-- once     = true

WITH balance AS (
    SELECT d.person_key, d.as_of, sum(d.balance_fen) AS balance_fen, min(d.row_id) AS row_deposit, min(d.name) AS name
    FROM   deposit AS d
    WHERE  d.person_key IS NOT NULL
    GROUP  BY d.person_key, d.as_of
),
dated AS (
    SELECT b.*, lead(b.as_of) OVER (PARTITION BY b.person_key ORDER BY b.as_of) AS until_on FROM balance AS b
),
held AS (
    SELECT m.household_key, b.person_key, b.as_of, b.until_on, CAST(b.balance_fen AS BIGINT) AS balance_fen, b.row_deposit,
           greatest(b.as_of, min(m.joined_on)) AS counted_on, i.name AS owner, NOT coalesce(names_match(b.name, i.name), true) AS other_name
    FROM   dated         AS b
    JOIN   family_member AS m ON m.person_key = b.person_key AND m.left_on >= b.as_of
    JOIN   identity      AS i ON i.person_key = b.person_key
    GROUP  BY m.household_key, b.person_key, b.as_of, b.until_on, b.balance_fen, b.row_deposit, i.name, b.name
),
peopled AS (
    SELECT d.household_key, d.as_of, count(DISTINCT m.person_key) AS members
    FROM   (SELECT household_key, as_of, max(counted_on) AS counted_on FROM held GROUP BY household_key, as_of) AS d
    JOIN   family_member AS m ON m.household_key = d.household_key AND m.joined_on <= d.counted_on AND m.left_on >= d.as_of
    GROUP  BY d.household_key, d.as_of
)
SELECT x.household_key, x.person_key, x.as_of, x.until_on, x.balance_fen, x.owner, x.other_name, n.members,
       s.programme, s.standard_fen, s.standard_fen * local_number(h.region_code, 'deposit_months', x.as_of) AS allowed_fen,
       x.row_deposit, s.row_standard
FROM   held               AS x
JOIN   peopled            AS n ON n.household_key = x.household_key AND n.as_of = x.as_of
JOIN   household          AS h ON h.household_key = x.household_key
JOIN   household_standard AS s
       ON s.household_key = x.household_key AND s.from_month <= x.as_of AND (s.until_month IS NULL OR s.until_month > x.as_of)
WHERE  s.programme IN ('dibao', 'tekun')
