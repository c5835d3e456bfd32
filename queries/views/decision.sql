-- meaning  = "Decisions on assistance: a row an application, and a row a benefit entered without one. `decided_on` is the day of the decision; where none is recorded, the first day of the benefit's first month, else the survey, else the application (`dated` says whether it is recorded). `award_key` is the last award of the chain, null where none was granted; `benefit` names the chain in `award`: the application, else -1."
-- reads    = ["award", "application", "household"]
-- optional = ["application"]
-- once     = true

WITH chain AS (
    SELECT a.household_key, a.programme, coalesce(a.application_key, -1) AS benefit, min(a.start_month) AS first_month,
           first_value(a.award_key ORDER BY a.start_month DESC, a.award_key DESC) AS award_key,
           first_value(a.row_id ORDER BY a.start_month, a.row_id) AS row_award
    FROM   award AS a
    GROUP  BY a.household_key, a.programme, coalesce(a.application_key, -1)
),
filed AS (
    SELECT p.application_key, coalesce(c.household_key, p.household_key) AS household_key, coalesce(c.programme, p.programme) AS programme,
           coalesce(c.benefit, p.application_key) AS benefit, p.decided_on IS NOT NULL AS dated,
           coalesce(p.decided_on, c.first_month, p.surveyed_on, p.applied_on) AS decided_on, p.applied_on,
           c.award_key, c.row_award, p.row_id AS row_application
    FROM   application AS p
    LEFT   JOIN chain  AS c ON c.benefit = p.application_key
    UNION  ALL
    SELECT CAST(NULL AS INT), c.household_key, c.programme, c.benefit, false, c.first_month AS decided_on, CAST(NULL AS DATE),
           c.award_key, c.row_award, CAST(NULL AS BIGINT)
    FROM   chain            AS c
    LEFT   JOIN application AS p ON p.application_key = c.benefit
    WHERE  p.row_id IS NULL
)
SELECT f.*, h.region_code
FROM   filed     AS f
JOIN   household AS h ON h.household_key = f.household_key
