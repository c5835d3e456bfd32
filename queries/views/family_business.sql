-- meaning  = "Roles of members of families in businesses, in periods of months: held and counting (`exemption` null), or why not: dormant or revoked, a cooperative, a small individual shop, the role ended before, another name in the register. Every period lies in one of `local_period`."
-- reads    = ["household", "household_member", "identity", "enterprise", "enterprise_role", "local_period"]
-- once     = true

WITH held AS (
    SELECT m.household_key, m.person_key, h.region_code, i.name AS owner, r.role, e.name AS enterprise, e.status, e.registered_capital_fen,
           -- The code itself tells the kind where the column does not (GB 32100).
           coalesce(e.kind, CASE substr(e.uscc, 1, 2) WHEN '91' THEN 'company' WHEN '92' THEN 'individual' WHEN '93' THEN 'cooperative' END) AS kind,
           greatest(coalesce(month_of(r.from_date), month_of(e.founded_on), DATE '1900-01-01'),
                    coalesce(month_of(m.joined_on), DATE '1900-01-01')) AS first_month,
           coalesce(month_of(r.to_date), DATE '2999-12-01') AS last_month,
           coalesce(month_of(m.left_on), DATE '2999-12-01') AS left_month,
           NOT coalesce(names_match(r.name, i.name), true) AS other_name,
           r.row_id AS row_enterprise_role, e.row_id AS row_enterprise, m.row_id AS row_household_member
    FROM   enterprise_role  AS r
    JOIN   enterprise       AS e ON e.enterprise_key = r.enterprise_key
    JOIN   household_member AS m ON m.person_key = r.person_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   identity         AS i ON i.person_key = r.person_key
    WHERE  e.status IN ('active', 'dormant', 'revoked')
),
state AS (
    SELECT *, first_month AS from_month, least(last_month, left_month) AS to_month, false AS ended
    FROM   held
    UNION  ALL
    SELECT *, greatest(first_month, month_after(last_month)) AS from_month, left_month AS to_month, true AS ended
    FROM   held
    WHERE  last_month < DATE '2999-12-01'
),
placed AS (
    SELECT s.household_key, s.person_key, s.region_code, s.owner, s.role, s.enterprise, s.status, s.registered_capital_fen, s.kind,
           s.ended, s.other_name, s.row_enterprise_role, s.row_enterprise, s.row_household_member,
           greatest(s.from_month, l.from_month) AS from_month, least(s.to_month, l.to_month) AS to_month
    FROM   state        AS s
    JOIN   local_period AS l ON l.region_code = s.region_code
    WHERE  greatest(s.from_month, l.from_month) <= least(s.to_month, l.to_month)
      AND  (s.role IN ('legal_representative', 'shareholder', 'executive') OR s.kind = 'cooperative')
      AND  s.kind IN ('company', 'individual', 'cooperative')
)
SELECT household_key, person_key, from_month, to_month,
       CASE WHEN status <> 'active' THEN 'dormant_or_revoked'
            WHEN kind = 'cooperative' THEN 'cooperative_member'
            WHEN kind = 'individual'
                 AND coalesce(registered_capital_fen, 0) <= 100 * local_number(region_code, 'individual_capital_limit', from_month)
                 THEN 'small_individual_shop'
            WHEN ended THEN 'role_ended'
            WHEN other_name THEN 'name_mismatch' END AS exemption,
       owner, enterprise, role, row_enterprise_role, row_enterprise, row_household_member
FROM   placed
