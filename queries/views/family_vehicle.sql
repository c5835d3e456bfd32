-- meaning  = "Vehicles of members of families that local rules do not leave out by price, in periods of months: held and counting (`exemption` null), or why not: an exempt kind, deregistered before, the owner left before, another name in the register. Every period lies in one of `local_period`."
-- reads    = ["household", "household_member", "identity", "vehicle", "local_period"]
-- once     = true

WITH owned AS (
    SELECT m.household_key, m.person_key, h.region_code, i.name AS owner, v.plate_no, v.kind, v.price_fen, v.registered_on,
           greatest(coalesce(month_of(v.registered_on), DATE '1900-01-01'), coalesce(month_of(m.joined_on), DATE '1900-01-01')) AS first_month,
           coalesce(month_of(v.deregistered_on), DATE '2999-12-01') AS last_month,
           coalesce(month_of(m.left_on), DATE '2999-12-01') AS left_month,
           NOT coalesce(names_match(v.owner_name, i.name), true) AS other_name,
           v.row_id AS row_vehicle, m.row_id AS row_household_member
    FROM   vehicle          AS v
    JOIN   household_member AS m ON m.person_key = v.owner_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   identity         AS i ON i.person_key = v.owner_key
),
state AS (
    SELECT *, first_month AS from_month, least(last_month, left_month) AS to_month, CAST(NULL AS VARCHAR) AS ended
    FROM   owned
    UNION  ALL
    SELECT *, greatest(first_month, month_after(last_month)) AS from_month, DATE '2999-12-01' AS to_month, 'deregistered' AS ended
    FROM   owned
    WHERE  last_month < DATE '2999-12-01'
    UNION  ALL
    SELECT *, greatest(first_month, month_after(left_month)) AS from_month, last_month AS to_month, 'owner_left' AS ended
    FROM   owned
    WHERE  left_month < DATE '2999-12-01'
),
placed AS (
    SELECT s.household_key, s.person_key, s.region_code, s.owner, s.plate_no, s.kind, s.price_fen, s.registered_on,
           s.ended, s.other_name, s.row_vehicle, s.row_household_member,
           greatest(s.from_month, l.from_month) AS from_month, least(s.to_month, l.to_month) AS to_month
    FROM   state        AS s
    JOIN   local_period AS l ON l.region_code = s.region_code
    WHERE  greatest(s.from_month, l.from_month) <= least(s.to_month, l.to_month)
)
SELECT household_key, person_key, from_month, to_month,
       CASE WHEN strpos('|' || local_text(region_code, 'vehicle_exempt_kinds', from_month) || '|', '|' || kind || '|') > 0 THEN 'exempt_kind'
            WHEN ended IS NOT NULL THEN ended
            WHEN other_name THEN 'name_mismatch' END AS exemption,
       owner, plate_no, kind, registered_on, row_vehicle, row_household_member
FROM   placed
WHERE  local_number(region_code, 'vehicle_price_limit', from_month) = 0
   OR  price_fen > 100 * local_number(region_code, 'vehicle_price_limit', from_month)
