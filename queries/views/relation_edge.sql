-- meaning  = "The relationship graph: a row an edge between two nodes, each named by its kind and the source's own number (person, household, official, account, phone, address, enterprise). `kind` is kin, holds, post, member, payee, uses or custodian; `relation` says of kin what the second is to the first; `from_date` and `to_date` bound it where they are known; `row_edge` is the row it rests on."
-- reads    = ["identity", "kin_edge", "person_thing", "official", "family_circle", "household", "award_account", "account", "custody_agreement", "enterprise"]
-- optional = ["official", "account", "custody_agreement", "enterprise"]

WITH known AS (
    SELECT person_key, id_number, coalesce(name, '') AS name FROM identity WHERE id_number IS NOT NULL
),
firm AS (
    SELECT CAST(enterprise_key AS VARCHAR) AS thing, min(uscc) AS uscc FROM enterprise GROUP BY enterprise_key
)
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, 'person' AS b_kind, b.id_number AS b_key, b.name AS b_label,
       'kin' AS kind, k.relation, k.from_date, k.to_date, k.row_edge
FROM   kin_edge AS k
JOIN   known    AS a ON a.person_key = k.person_key
JOIN   known    AS b ON b.person_key = k.relative_key
WHERE  k.person_key < k.relative_key
UNION  ALL
SELECT 'person', a.id_number, a.name, t.kind AS b_kind, CASE t.kind WHEN 'enterprise' THEN coalesce(f.uscc, t.label) ELSE t.label END AS b_key, t.label AS b_label,
       'holds' AS kind, '', nullif(t.from_date, DATE '1900-01-01'), nullif(t.to_date, DATE '2999-12-31'),
       coalesce(t.row_person, t.row_official, t.row_account, t.row_enterprise_role)
FROM   person_thing AS t
JOIN   known        AS a ON a.person_key = t.person_key
LEFT   JOIN firm    AS f ON f.thing = t.thing AND t.kind = 'enterprise'
WHERE  t.label IS NOT NULL
UNION  ALL
SELECT 'person', a.id_number, a.name, 'official', o.official_no, concat(coalesce(o.organisation, ''), coalesce(o.post, ''), coalesce(o.name, '')),
       'post', '', o.from_date, o.to_date, o.row_id
FROM   official AS o
JOIN   known    AS a ON a.person_key = o.person_key
UNION  ALL
SELECT 'household', h.household_no, coalesce(h.head_name, ''), 'person', a.id_number, a.name,
       CASE f.payee WHEN 1 THEN 'payee' ELSE 'member' END, '', nullif(max(f.from_date), DATE '1900-01-01'), nullif(max(f.to_date), DATE '2999-12-31'), max(h.row_id)
FROM   family_circle AS f
JOIN   household     AS h ON h.household_key = f.household_key
JOIN   known         AS a ON a.person_key = f.person_key
GROUP  BY h.household_no, coalesce(h.head_name, ''), a.id_number, a.name, f.payee
UNION  ALL
SELECT 'household', household_no, coalesce(head_name, ''), 'phone' AS b_kind, trim(phone) AS b_key, trim(phone) AS b_label, 'uses' AS kind, '', CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, row_id
FROM   household
WHERE  trim(phone) <> ''
UNION  ALL
SELECT 'household', household_no, coalesce(head_name, ''), 'address' AS b_kind, trim(address) AS b_key, trim(address) AS b_label, 'uses' AS kind, '', CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, row_id
FROM   household
WHERE  trim(address) <> ''
UNION  ALL
SELECT 'household', h.household_no, coalesce(h.head_name, ''), 'account' AS b_kind, c.account_no AS b_key, c.account_no AS b_label, 'uses' AS kind, '', CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, min(c.row_id)
FROM   award_account AS u
JOIN   household     AS h ON h.household_key = u.household_key
JOIN   account       AS c ON c.account_key = u.account_key
GROUP  BY h.household_no, coalesce(h.head_name, ''), c.account_no
UNION  ALL
SELECT 'household', h.household_no, coalesce(h.head_name, ''), 'person', a.id_number, a.name, 'custodian', '', g.signed_on, NULL, g.row_id
FROM   custody_agreement AS g
JOIN   household         AS h ON h.household_key = g.household_key
JOIN   known             AS a ON a.person_key = g.custodian_key
