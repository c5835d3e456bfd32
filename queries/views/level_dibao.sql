-- meaning  = "Dibao benefits of one amount all along: the awards of one application are one benefit; `to_month` is null where it still runs. `benefit_key` is the application's key, or -1 less the award's key where there is none."
-- reads    = ["award", "household"]
-- once     = true

SELECT h.region_code, a.household_key, coalesce(a.application_key, -1 - a.award_key) AS benefit_key,
       min(a.start_month) AS from_month, CASE WHEN count(*) = count(a.end_month) THEN max(a.end_month) END AS to_month, min(a.monthly_amount_fen) AS monthly_fen
FROM   award     AS a
JOIN   household AS h ON h.household_key = a.household_key
WHERE  a.programme = 'dibao' AND a.monthly_amount_fen > 0
GROUP  BY h.region_code, a.household_key, coalesce(a.application_key, -1 - a.award_key)
HAVING min(a.monthly_amount_fen) = max(a.monthly_amount_fen)
