-- meaning  = "Members of families, a row a stay: memberships of one person in one family that share a month are one stay, however often the file lists the person. First and last day (`joined_on`, `left_on`) and month; open ends are far dates."
-- reads    = ["household_member"]
-- once     = true

WITH listed AS (
    SELECT household_key, person_key, coalesce(joined_on, DATE '1900-01-01') AS joined_on, coalesce(left_on, DATE '2999-12-01') AS left_on
    FROM   household_member
    WHERE  person_key IS NOT NULL
),
counted AS (
    SELECT household_key, person_key, count(*) AS times, min(joined_on) AS joined_on, max(left_on) AS left_on
    FROM   listed
    GROUP  BY household_key, person_key
),
begun AS (
    -- Nearly all are listed once; of the others each row begins a stay that no earlier one reaches.
    SELECT l.household_key, l.person_key, l.joined_on, l.left_on,
           CASE WHEN month_of(l.joined_on) <= max(month_of(l.left_on)) OVER (PARTITION BY l.household_key, l.person_key ORDER BY l.joined_on, l.left_on
                                                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                THEN 0 ELSE 1 END AS begins
    FROM   counted AS c
    JOIN   listed  AS l ON l.household_key = c.household_key AND l.person_key = c.person_key
    WHERE  c.times > 1
),
numbered AS (
    SELECT *, sum(begins) OVER (PARTITION BY household_key, person_key ORDER BY joined_on, left_on
                                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay
    FROM   begun
),
stay AS (
    SELECT household_key, person_key, joined_on, left_on FROM counted WHERE times = 1
    UNION  ALL
    SELECT household_key, person_key, min(joined_on), max(left_on) FROM numbered GROUP BY household_key, person_key, stay
)
SELECT household_key, person_key, joined_on, left_on, month_of(joined_on) AS from_month, month_of(left_on) AS to_month
FROM   stay
