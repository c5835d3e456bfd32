-- meaning  = "What a family (or its payee) and an official who took part in its application, or the official's close kin, have in common where no kinship is known: a row an application, official, thing and pair. Hops are family – thing – official (2) or family – thing – relative – official (3). `households` is how many use the thing, assisted families and register books: the fewer, the more it says; `excused` is what explains it: a phone or address of more than the local limit, or a written agreement that makes the two custodian and ward (`row_custody_agreement`)."
-- reads    = ["application", "decision", "official_circle", "kin_case", "person_thing", "family_circle", "household", "award_account", "person", "local_rule", "custody_agreement"]
-- optional = ["person", "local_rule", "custody_agreement"]
-- once     = true

WITH part AS (
    SELECT application_key, official_key
    FROM   (SELECT application_key, handler_key AS official_key FROM application
            UNION ALL SELECT application_key, surveyor_1_key FROM application
            UNION ALL SELECT application_key, surveyor_2_key FROM application
            UNION ALL SELECT application_key, approver_key FROM application) AS p
    WHERE  official_key IS NOT NULL
    GROUP  BY application_key, official_key
),
far AS (
    -- Wider kin count where some county says so.
    SELECT c.official_key, c.official_person_key, c.person_key, c.kin, c.depth, c.relation_zh, c.relation_en, c.tie_from, c.tie_to,
           t.kind, t.thing, t.label, t.from_date, t.to_date,
           c.row_official, c.row_edge, c.row_edge_2, c.row_edge_3, c.row_edge_4, c.row_edge_5, t.row_person, t.row_account, t.row_enterprise_role
    FROM   (SELECT DISTINCT official_key FROM part) AS p
    JOIN   official_circle AS c ON c.official_key = p.official_key
    JOIN   person_thing    AS t ON t.person_key = c.person_key
    WHERE  c.depth = 'close' OR (c.depth = 'extended' AND (SELECT count(*) FROM local_rule WHERE parameter = 'kin_depth') > 0)
),
near AS (
    SELECT household_key, CAST(NULL AS INT) AS person_key, 0 AS payee, 'phone' AS kind, phone_normal(phone) AS thing,
           DATE '1900-01-01' AS from_date, DATE '2999-12-31' AS to_date,
           row_id AS row_household, CAST(NULL AS BIGINT) AS row_person, CAST(NULL AS BIGINT) AS row_enterprise_role
    FROM   household
    UNION  ALL
    SELECT household_key, NULL, 0, 'address', trim(address), DATE '1900-01-01', DATE '2999-12-31', row_id, NULL, NULL
    FROM   household
    UNION  ALL
    SELECT a.household_key, NULL, 1, 'account', CAST(a.account_key AS VARCHAR), DATE '1900-01-01', DATE '2999-12-31', NULL, NULL, NULL
    FROM   award_account AS a
    UNION  ALL
    SELECT f.household_key, f.person_key, f.payee, t.kind, t.thing, greatest(f.from_date, t.from_date), least(f.to_date, t.to_date),
           NULL, t.row_person, t.row_enterprise_role
    FROM   family_circle AS f
    JOIN   person_thing  AS t ON t.person_key = f.person_key
    WHERE  t.row_official IS NULL
),
shared AS (
    -- Few things are had by both sides; meeting them first keeps the officials of every decision apart.
    SELECT f.*, n.household_key, n.person_key AS near_key, n.payee, n.row_household, n.row_person AS row_person_near,
           n.row_enterprise_role AS row_enterprise_role_near,
           greatest(f.tie_from, f.from_date, n.from_date) AS shared_from, least(f.tie_to, f.to_date, n.to_date) AS shared_to
    FROM   far  AS f
    JOIN   near AS n ON n.kind = f.kind AND n.thing = f.thing
    WHERE  n.person_key IS NULL OR n.person_key <> f.person_key
),
met AS (
    SELECT d.household_key, d.programme, d.benefit, d.application_key, d.award_key, d.decided_on, d.region_code, d.row_application,
           f.official_key, f.official_person_key, f.person_key AS far_key, f.kin, f.depth, f.relation_zh, f.relation_en, f.kind, f.thing, f.label,
           f.near_key, f.payee,
           f.row_official, f.row_edge, f.row_edge_2, f.row_edge_3, f.row_edge_4, f.row_edge_5, f.row_person, f.row_account, f.row_enterprise_role,
           f.row_household, f.row_person_near, f.row_enterprise_role_near
    FROM   shared   AS f
    JOIN   decision AS d ON d.household_key = f.household_key
    JOIN   part     AS p ON p.application_key = d.application_key AND p.official_key = f.official_key
    WHERE  d.decided_on BETWEEN f.shared_from AND f.shared_to
      AND  (f.depth = 'close' OR (f.depth = 'extended' AND local_text(d.region_code, 'kin_depth', d.decided_on) = 'extended'))
),
closest AS (
    -- A relative may be kin in two ways on one day: the closer counts.
    SELECT *, row_number() OVER (PARTITION BY row_application, row_official, far_key, kind, thing, near_key, payee, row_person, row_account,
                                              row_enterprise_role, row_household, row_person_near, row_enterprise_role_near
                                 ORDER BY depth, row_edge, row_edge_2, row_edge_3, row_edge_4, row_edge_5) AS way
    FROM   met
),
stranger AS (
    -- No kinship that a register knows, close or wide, on that day or another.
    SELECT m.*
    FROM   closest AS m
    LEFT   JOIN (SELECT DISTINCT household_key, official_person_key FROM kin_case) AS k
           ON  k.household_key = m.household_key AND k.official_person_key = m.official_person_key
    WHERE  m.way = 1 AND k.household_key IS NULL
),
used AS (
    SELECT kind, thing, count(DISTINCT house) AS households
    FROM   (SELECT n.kind, n.thing, concat('h', CAST(n.household_key AS VARCHAR)) AS house
            FROM   near AS n
            JOIN   (SELECT DISTINCT kind, thing FROM stranger) AS s ON s.kind = n.kind AND s.thing = n.thing
            UNION  ALL
            SELECT t.kind, t.thing, concat('r', coalesce(p.register_no, CAST(p.person_key AS VARCHAR)))
            FROM   person_thing AS t
            JOIN   (SELECT DISTINCT kind, thing FROM stranger) AS s ON s.kind = t.kind AND s.thing = t.thing
            JOIN   person        AS p ON p.person_key = t.person_key
            LEFT   JOIN (SELECT DISTINCT person_key FROM family_circle) AS f ON f.person_key = t.person_key
            WHERE  f.person_key IS NULL AND t.row_official IS NULL) AS u
    GROUP  BY kind, thing
),
custody AS (
    SELECT household_key, custodian_key, min(row_id) AS row_custody_agreement
    FROM   custody_agreement
    WHERE  signed_on IS NOT NULL
    GROUP  BY household_key, custodian_key
)
SELECT s.*, coalesce(u.households, 1) AS households, c.row_custody_agreement,
       CASE WHEN s.kind IN ('phone', 'address')
                 AND coalesce(u.households, 1) > local_number(s.region_code, 'hidden_tie_max_share', s.decided_on) THEN 'shared_by_many'
            WHEN c.row_custody_agreement IS NOT NULL THEN 'custodian' END AS excused
FROM   stranger     AS s
LEFT   JOIN used    AS u ON u.kind = s.kind AND u.thing = s.thing
LEFT   JOIN custody AS c ON c.household_key = s.household_key AND c.custodian_key = s.far_key
