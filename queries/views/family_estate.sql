-- meaning  = "Housing and shops of families over the local limits, in periods of months in which neither deeds, members nor local parameters change: what counts (`exemption` null), or why the family is over the limits by deeds that do not count: homestead and relocation homes, a share under one half, deregistered before, another name in the register. A deed counts once, with the shares that members hold of it together. A single homestead or relocation home is no look-alike."
-- reads    = ["household", "family_member", "identity", "real_estate", "local_period"]
-- once     = true

WITH held AS (
    -- A row an owner; the rows of a deed go by its first, and one without a number is a deed of its own.
    SELECT m.household_key, m.person_key,
           CASE WHEN trim(e.deed_no) <> '' THEN min(e.row_id) OVER (PARTITION BY m.household_key, trim(e.deed_no), e.use) ELSE e.row_id END AS deed,
           e.use, coalesce(e.share, 1.0) AS share, coalesce(e.area, 0) AS area, e.registered_on, m.to_month AS left_month, e.row_id AS row_real_estate,
           greatest(coalesce(month_of(e.registered_on), DATE '1900-01-01'), m.from_month) AS first_month,
           coalesce(month_of(e.deregistered_on), DATE '2999-12-01') AS last_month,
           CASE WHEN e.use IN ('homestead', 'relocation') THEN 'homestead_or_relocation'
                WHEN NOT coalesce(names_match(e.owner_name, i.name), true) THEN 'name_mismatch' END AS excused
    FROM   real_estate   AS e
    JOIN   family_member AS m ON m.person_key = e.owner_key
    JOIN   identity      AS i ON i.person_key = e.owner_key
    WHERE  e.use IN ('residential', 'commercial', 'homestead', 'relocation')
),
part AS (
    SELECT household_key, person_key, deed, use, share, area, registered_on, row_real_estate, excused,
           first_month AS from_month, least(last_month, left_month) AS to_month
    FROM   held
    WHERE  first_month <= least(last_month, left_month)
    UNION  ALL
    SELECT household_key, person_key, deed, use, share, area, registered_on, row_real_estate, 'deregistered' AS excused,
           greatest(first_month, month_after(last_month)) AS from_month, left_month AS to_month
    FROM   held
    WHERE  last_month < left_month AND first_month <= left_month
),
family AS (
    SELECT m.* FROM family_member AS m WHERE m.household_key IN (SELECT household_key FROM part)
),
edge AS (
    SELECT household_key, from_month AS month FROM part
    UNION
    SELECT household_key, month_after(to_month) FROM part
    UNION
    SELECT household_key, from_month FROM family
    UNION
    SELECT household_key, month_after(to_month) FROM family
    UNION
    SELECT h.household_key, l.from_month
    FROM   household    AS h
    JOIN   local_period AS l ON l.region_code = h.region_code
    WHERE  h.household_key IN (SELECT household_key FROM part)
),
period AS (
    SELECT household_key, month AS from_month,
           month_add(lead(month) OVER (PARTITION BY household_key ORDER BY month), -1) AS to_month
    FROM   edge
),
owned AS (
    -- An owner who is entered twice for one deed holds it once.
    SELECT p.household_key, p.from_month, p.to_month, d.deed, d.use, d.share, d.area, d.excused, d.registered_on, d.row_real_estate,
           row_number() OVER (PARTITION BY p.household_key, p.from_month, d.deed, d.person_key
                              ORDER BY CASE WHEN d.excused IS NULL THEN 0 ELSE 1 END, d.share DESC, d.row_real_estate) AS nth
    FROM   period AS p
    JOIN   part   AS d ON d.household_key = p.household_key AND d.from_month <= p.from_month AND d.to_month >= p.to_month
    WHERE  p.to_month IS NOT NULL
),
deed AS (
    SELECT household_key, from_month, to_month, deed, min(use) AS use, max(area) AS area,
           CASE WHEN sum(CASE WHEN excused IS NULL THEN share ELSE 0 END) >= 0.5 THEN NULL
                WHEN sum(share) < 0.5 AND min(use) NOT IN ('homestead', 'relocation') THEN 'small_share'
                ELSE coalesce(min(nullif(excused, 'homestead_or_relocation')), min(excused), 'small_share') END AS excused,
           max(registered_on) AS registered_on, min(row_real_estate) AS row_first, max(row_real_estate) AS row_last
    FROM   owned
    WHERE  nth = 1
    GROUP  BY household_key, from_month, to_month, deed
),
summed AS (
    SELECT household_key, from_month, to_month,
           sum(CASE WHEN excused IS NULL AND use = 'residential' THEN 1 ELSE 0 END) AS residences,
           sum(CASE WHEN excused IS NULL AND use = 'commercial' THEN 1 ELSE 0 END) AS shops,
           sum(CASE WHEN excused IS NULL AND use = 'residential' THEN area ELSE 0 END) AS area,
           sum(CASE WHEN use <> 'commercial' THEN 1 ELSE 0 END) AS all_residences,
           sum(CASE WHEN use = 'commercial' THEN 1 ELSE 0 END) AS all_shops,
           sum(CASE WHEN use = 'residential' THEN area ELSE 0 END) AS all_area,
           coalesce(min(nullif(excused, 'homestead_or_relocation')), min(excused)) AS excused,
           max(CASE WHEN excused IS NULL THEN registered_on END) AS registered_on,
           coalesce(min(CASE WHEN excused IS NULL THEN row_first END), min(row_first)) AS row_first,
           coalesce(max(CASE WHEN excused IS NULL THEN row_last END), max(row_last)) AS row_last,
           min(CASE WHEN excused IS NOT NULL THEN row_first END) AS row_excused
    FROM   deed
    GROUP  BY household_key, from_month, to_month
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
