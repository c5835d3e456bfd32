-- meaning  = "Grants of temporary aid: the awards of one application are one grant; `grant_no` is the application, for an award without one -1 less the award. `granted_on` is the day of the decision, else the first day of the award; `paid_fen` is what was paid inside the window, null where nothing was."
-- reads    = ["award", "application", "household", "award_head_count", "paid_run"]
-- once     = true

WITH given AS (
    SELECT award_key, household_key, application_key, start_month, coalesce(end_month, start_month) AS end_month,
           monthly_amount_fen, row_id AS row_award
    FROM   award
    WHERE  programme = 'temporary'
),
paid AS (
    SELECT g.award_key, sum(r.paid_fen) AS paid_fen, min(r.row_payment) AS row_payment
    FROM   given    AS g
    JOIN   paid_run AS r ON r.award_key = g.award_key
    GROUP  BY g.award_key
)
SELECT g.household_key, h.region_code, coalesce(g.application_key, -1 - g.award_key) AS grant_no, min(g.award_key) AS award_key, s.application_key,
       coalesce(s.decided_on, min(g.start_month)) AS granted_on, min(g.start_month) AS from_month, max(g.end_month) AS to_month,
       CAST(sum(g.monthly_amount_fen) AS BIGINT) AS amount_fen, CAST(sum(p.paid_fen) AS BIGINT) AS paid_fen,
       max(n.head_count) AS head_count,
       min(g.row_award) AS row_award, s.row_id AS row_application, min(p.row_payment) AS row_payment
FROM   given     AS g
JOIN   household AS h ON h.household_key = g.household_key
LEFT   JOIN application      AS s ON s.application_key = g.application_key
LEFT   JOIN award_head_count AS n ON n.award_key = g.award_key
LEFT   JOIN paid             AS p ON p.award_key = g.award_key
GROUP  BY g.household_key, h.region_code, coalesce(g.application_key, -1 - g.award_key), s.application_key, s.decided_on, s.row_id
