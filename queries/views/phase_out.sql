-- meaning  = "Awards in phase-out (渐退) and the month from which: their own, or the one that an earlier row of the same benefit began; a new standard starts a new row, and the phase-out goes on."
-- reads    = ["award"]

WITH benefit AS (
    SELECT award_key, application_key, phase_out_from,
           max(phase_out_from) OVER (PARTITION BY household_key, programme, application_key ORDER BY start_month, award_key) AS begun_from
    FROM   award
),
phased AS (
    -- Awards without an application need not be one benefit.
    SELECT award_key, coalesce(phase_out_from, CASE WHEN application_key IS NOT NULL THEN begun_from END) AS phase_out_from
    FROM   benefit
)
SELECT award_key, phase_out_from
FROM   phased
WHERE  phase_out_from IS NOT NULL
