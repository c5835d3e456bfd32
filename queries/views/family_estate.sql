-- meaning  = "Housing and shops of families over the local limits, in periods of months in which neither deeds, members nor local parameters change: what counts (`exemption` null), or why the family is over the limits by deeds that do not count: homestead and relocation homes, a share under one half, deregistered before, another name in the register. A single homestead or relocation home is no look-alike."
-- reads    = ["household", "household_member", "identity", "real_estate", "local_period"]
-- once     = true

WITH member AS (
    SELECT household_key, person_key,
           coalesce(month_of(joined_on), DATE '1900-01-01') AS from_month, coalesce(month_of(left_on), DATE '2999-12-01') AS to_month
    FROM   household_member
    WHERE  person_key IS NOT NULL
),
held AS (
    SELECT m.household_key, e.use, coalesce(e.area, 0) AS area, e.registered_on, m.to_month AS left_month, e.row_id AS row_real_estate,
           greatest(coalesce(month_of(e.registered_on), DATE '1900-01-01'), m.from_month) AS first_month,
           coalesce(month_of(e.deregistered_on), DATE '2999-12-01') AS last_month,
           CASE WHEN e.use IN ('homestead', 'relocation') THEN 'homestead_or_relocation'
                WHEN e.share < 0.5 THEN 'small_share'
                WHEN NOT coalesce(names_match(e.owner_name, i.name), true) THEN 'name_mismatch' END AS excused
    FROM   real_estate AS e
    JOIN   member      AS m ON m.person_key = e.owner_key
    JOIN   identity    AS i ON i.person_key = e.owner_key
    WHERE  e.use IN ('residential', 'commercial', 'homestead', 'relocation')
),
deed AS (
    SELECT household_key, use, area, registered_on, row_real_estate, excused,
           first_month AS from_month, least(last_month, left_month) AS to_month
    FROM   held
    WHERE  first_month <= least(last_month, left_month)
    UNION  ALL
    SELECT household_key, use, area, registered_on, row_real_estate, 'deregistered' AS excused, greatest(first_month, month_after(last_month)) AS from_month, left_month AS to_month
    FROM   held
    WHERE  last_month < left_month AND first_month <= left_month
),
family AS (
    SELECT m.* FROM member AS m WHERE m.household_key IN (SELECT household_key FROM deed)
),
edge AS (
    SELECT household_key, from_month AS month FROM deed
    UNION
    SELECT household_key, month_after(to_month) FROM deed
    UNION
    SELECT household_key, from_month FROM family
    UNION
    SELECT household_key, month_after(to_month) FROM family
    UNION
    SELECT h.household_key, l.from_month
    FROM   household    AS h
    JOIN   local_period AS l ON l.region_code = h.region_code
    WHERE  h.household_key IN (SELECT household_key FROM deed)
),
period AS (
    SELECT household_key, month AS from_month,
           month_add(lead(month) OVER (PARTITION BY household_key ORDER BY month), -1) AS to_month
    FROM   edge
),
summed AS (
    SELECT p.household_key, p.from_month, p.to_month,
           sum(CASE WHEN d.excused IS NULL AND d.use = 'residential' THEN 1 ELSE 0 END) AS residences,
           sum(CASE WHEN d.excused IS NULL AND d.use = 'commercial' THEN 1 ELSE 0 END) AS shops,
           sum(CASE WHEN d.excused IS NULL AND d.use = 'residential' THEN d.area ELSE 0 END) AS area,
           sum(CASE WHEN d.use <> 'commercial' THEN 1 ELSE 0 END) AS all_residences,
           sum(CASE WHEN d.use = 'commercial' THEN 1 ELSE 0 END) AS all_shops,
           sum(CASE WHEN d.use = 'residential' THEN d.area ELSE 0 END) AS all_area,
           coalesce(min(nullif(d.excused, 'homestead_or_relocation')), min(d.excused)) AS excused,
           max(CASE WHEN d.excused IS NULL THEN d.registered_on END) AS registered_on,
           coalesce(min(CASE WHEN d.excused IS NULL THEN d.row_real_estate END), min(d.row_real_estate)) AS row_first,
           coalesce(max(CASE WHEN d.excused IS NULL THEN d.row_real_estate END), max(d.row_real_estate)) AS row_last,
           min(CASE WHEN d.excused IS NOT NULL THEN d.row_real_estate END) AS row_excused
    FROM   period AS p
    JOIN   deed   AS d ON d.household_key = p.household_key AND d.from_month <= p.from_month AND d.to_month >= p.to_month
    WHERE  p.to_month IS NOT NULL
    GROUP  BY p.household_key, p.from_month, p.to_month
),
peopled AS (
    SELECT s.household_key, s.from_month, count(DISTINCT f.person_key) AS members
    FROM   summed AS s
    JOIN   family AS f ON f.household_key = s.household_key AND f.from_month <= s.from_month AND f.to_month >= s.to_month
    GROUP  BY s.household_key, s.from_month
),
limited AS (
    SELECT s.*, n.members,
           local_number(h.region_code, 'residence_limit', s.from_month) AS residence_limit,
           local_number(h.region_code, 'residence_area_limit', s.from_month) AS area_limit
    FROM   summed    AS s
    JOIN   peopled   AS n ON n.household_key = s.household_key AND n.from_month = s.from_month
    JOIN   household AS h ON h.household_key = s.household_key
),
judged AS (
    SELECT *,
           shops > 0 OR residences > residence_limit OR area / members > area_limit AS over_limit,
           all_shops > 0 OR all_residences > residence_limit OR all_area / members > area_limit AS over_but_for_exemption
    FROM   limited
)
SELECT household_key, from_month, to_month,
       CASE WHEN NOT over_limit THEN excused END AS exemption,
       residences, shops, round(area / members, 1) AS area_per_person, residence_limit, area_limit, all_residences, all_shops, registered_on,
       CASE WHEN over_limit THEN row_first ELSE row_excused END AS row_real_estate,
       CASE WHEN row_last <> row_first THEN row_last END AS row_real_estate_other,
       CASE WHEN over_limit THEN row_excused END AS row_real_estate_excused
FROM   judged
WHERE  over_limit OR over_but_for_exemption
