-- meaning  = "Runs of consecutive months for which a person was covered by an award that was paid: first and last month, and the number of persons who share the award. Runs of one person and award do not overlap."
-- reads    = ["award", "award_member", "award_head_count", "paid_run"]
-- once     = true

WITH member AS (
    SELECT person_key, award_key, row_id,
           coalesce(from_month, DATE '1900-01-01') AS from_month, coalesce(to_month, DATE '2999-12-01') AS to_month
    FROM   award_member
    WHERE  person_key IS NOT NULL
),
repeated AS (
    SELECT award_key, person_key
    FROM   member
    GROUP  BY award_key, person_key
    HAVING count(*) > 1
),
apart AS (
    -- A list that names a person twice covers him once; nearly all name a person once.
    SELECT m.*, CAST(NULL AS DATE) AS covered_to
    FROM   member   AS m
    LEFT   ANTI JOIN repeated AS t ON t.award_key = m.award_key AND t.person_key = m.person_key
    UNION  ALL
    SELECT m.*, max(m.to_month) OVER (PARTITION BY m.award_key, m.person_key ORDER BY m.from_month, m.to_month, m.row_id
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_to
    FROM   member   AS m
    JOIN   repeated AS t ON t.award_key = m.award_key AND t.person_key = m.person_key
)
SELECT m.person_key, r.household_key, m.award_key, a.programme, n.head_count,
       greatest(r.from_month, m.from_month, coalesce(month_after(m.covered_to), m.from_month)) AS from_month,
       least(r.to_month, m.to_month) AS to_month, m.row_id AS row_award_member
FROM   apart            AS m
JOIN   award            AS a ON a.award_key = m.award_key
JOIN   award_head_count AS n ON n.award_key = m.award_key
JOIN   paid_run         AS r ON r.award_key = m.award_key
WHERE  greatest(r.from_month, m.from_month, coalesce(month_after(m.covered_to), m.from_month)) <= least(r.to_month, m.to_month)
