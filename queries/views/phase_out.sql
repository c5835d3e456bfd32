-- meaning  = "Awards in phase-out (渐退) and the month from which: their own, or the one that an earlier row of the same benefit began; a new standard starts a new row, and the phase-out goes on."
-- reads    = ["award"]

WITH begun AS (
    SELECT DISTINCT household_key, programme, application_key
    FROM   award
    WHERE  phase_out_from IS NOT NULL AND application_key IS NOT NULL
),
-- Awards without an application need not be one benefit.
benefit AS (
    SELECT a.award_key, a.phase_out_from,
           max(a.phase_out_from) OVER (PARTITION BY a.household_key, a.programme, a.application_key ORDER BY a.start_month, a.award_key) AS begun_from
    FROM   award AS a
    JOIN   begun AS b ON b.household_key = a.household_key AND b.programme = a.programme AND b.application_key = a.application_key
)
SELECT award_key, phase_out_from
FROM   award
WHERE  phase_out_from IS NOT NULL
UNION  ALL
SELECT award_key, begun_from
FROM   benefit
WHERE  phase_out_from IS NULL AND begun_from IS NOT NULL
