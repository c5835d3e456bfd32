-- meaning  = "The relationship graph: a row an edge between two nodes, each named by its kind and the source's own number (person, household, official, account, phone, address, enterprise, register, institution, terminal, application, award). `kind` is kin, holds, contact (the roster's phone of an official), post, member, payee, uses, custodian, listed (in a register book), stays, draws (an account at a terminal), sends (an account to another), or, of the procedure, declared (a relative, or a household that a declaration names alone), filed, decided, granted; `relation` says of kin what the second is to the first, of decided the official's part, of draws whether it was together with as many other accounts as clustered withdrawals take, in two months or more; `from_date` and `to_date` bound it where they are known; `row_edge` is the row it rests on, `row_edge_2` the second where it rests on two."
-- reads    = ["identity", "kin_stated", "person_thing", "person", "official", "family_circle", "household", "award_account", "account", "custody_agreement", "enterprise", "institution", "institution_stay", "declared_kin", "application", "award", "account_transaction", "withdrawal_cluster"]
-- optional = ["person", "official", "account", "custody_agreement", "enterprise", "institution", "institution_stay", "application", "account_transaction"]

WITH known AS (
    SELECT person_key, id_number, coalesce(name, '') AS name FROM identity WHERE id_number IS NOT NULL
),
firm AS (
    SELECT CAST(enterprise_key AS VARCHAR) AS thing, min(uscc) AS uscc FROM enterprise GROUP BY enterprise_key
),
post AS (
    SELECT official_key, min(official_no) AS official_no,
           min(concat(coalesce(organisation, ''), coalesce(post, ''), coalesce(name, ''))) AS label
    FROM   official
    GROUP  BY official_key
),
home AS (
    SELECT household_key, min(household_no) AS household_no, min(coalesce(head_name, '')) AS label FROM household GROUP BY household_key
),
filed AS (
    SELECT application_key, min(application_no) AS application_no FROM application GROUP BY application_key
),
named AS (
    -- A statement names accounts by number; the account list's own spelling goes first.
    SELECT t.row_id, t.account_key, coalesce(c.account_no, trim(t.account_no)) AS account_no, t.direction, t.at, CAST(t.at AS DATE) AS day,
           nullif(trim(t.terminal_no), '') AS terminal_no,
           coalesce(k.account_no, nullif(trim(t.counter_account_no), '')) AS counter_no, k.account_no IS NOT NULL AS counter_listed
    FROM   account_transaction AS t
    LEFT   JOIN account        AS c ON c.account_key = t.account_key
    LEFT   JOIN account        AS k ON k.account_key = t.counter_account_key
),
near AS (
    SELECT DISTINCT row_account_transaction FROM withdrawal_cluster WHERE full
),
drawn AS (
    -- As many at once as the county's measure of clustered withdrawals, in more than one month.
    SELECT w.account_no, w.terminal_no, min(w.day) AS from_date, max(w.day) AS to_date,
           coalesce(min(n.row_account_transaction), min(w.row_id)) AS row_edge,
           count(DISTINCT CASE WHEN n.row_account_transaction IS NOT NULL THEN month_of(w.day) END) > 1 AS together
    FROM   named     AS w
    LEFT   JOIN near AS n ON n.row_account_transaction = w.row_id
    WHERE  w.direction = 'out' AND w.terminal_no IS NOT NULL
    GROUP  BY w.account_no, w.terminal_no
),
sent AS (
    -- What comes in from an account of no list is the treasury's money.
    SELECT sender, receiver, min(day) AS from_date, max(day) AS to_date, min(row_id) AS row_edge
    FROM   (SELECT account_no AS sender, counter_no AS receiver, day, row_id FROM named WHERE direction = 'out'
            UNION ALL SELECT counter_no, account_no, day, row_id FROM named WHERE direction = 'in' AND counter_listed) AS t
    WHERE  sender <> receiver
    GROUP  BY sender, receiver
),
part AS (
    SELECT application_key, handler_key AS official_key, 'handler' AS relation, decided_on, row_id FROM application
    UNION  ALL
    SELECT application_key, surveyor_1_key, 'surveyor', decided_on, row_id FROM application
    UNION  ALL
    SELECT application_key, surveyor_2_key, 'surveyor', decided_on, row_id FROM application
    UNION  ALL
    SELECT application_key, approver_key, 'approver', decided_on, row_id FROM application
)
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, 'person' AS b_kind, b.id_number AS b_key, b.name AS b_label,
       'kin' AS kind, k.relation, k.from_date, k.to_date, k.row_edge, k.row_edge_2
FROM   kin_stated AS k
JOIN   known      AS a ON a.person_key = k.person_key
JOIN   known      AS b ON b.person_key = k.relative_key
UNION  ALL
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, t.kind AS b_kind, CASE t.kind WHEN 'enterprise' THEN coalesce(f.uscc, t.label) WHEN 'phone' THEN t.thing ELSE t.label END AS b_key, t.label AS b_label,
       CASE WHEN t.row_official IS NULL THEN 'holds' ELSE 'contact' END AS kind, '' AS relation, nullif(t.from_date, DATE '1900-01-01') AS from_date, nullif(t.to_date, DATE '2999-12-31') AS to_date, coalesce(t.row_person, t.row_official, t.row_account, t.row_enterprise_role) AS row_edge, NULL AS row_edge_2
FROM   person_thing AS t
JOIN   known        AS a ON a.person_key = t.person_key
LEFT   JOIN firm    AS f ON f.thing = t.thing AND t.kind = 'enterprise'
WHERE  t.label IS NOT NULL
UNION  ALL
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, 'register' AS b_kind, trim(p.register_no) AS b_key, '' AS b_label,
       'listed' AS kind, '' AS relation, p.moved_in_on AS from_date, CAST(NULL AS DATE) AS to_date, p.row_id AS row_edge, NULL AS row_edge_2
FROM   person AS p
JOIN   known  AS a ON a.person_key = p.person_key
WHERE  trim(p.register_no) <> ''
UNION  ALL
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, 'official' AS b_kind, o.official_no AS b_key, concat(coalesce(o.organisation, ''), coalesce(o.post, ''), coalesce(o.name, '')) AS b_label,
       'post' AS kind, '' AS relation, o.from_date, o.to_date, o.row_id AS row_edge, NULL AS row_edge_2
FROM   official AS o
JOIN   known    AS a ON a.person_key = o.person_key
UNION  ALL
SELECT 'official' AS a_kind, o.official_no AS a_key, o.label AS a_label, 'person' AS b_kind, a.id_number AS b_key, a.name AS b_label,
       'declared' AS kind, '' AS relation, d.declared_on AS from_date, CAST(NULL AS DATE) AS to_date, d.row_relative_declaration AS row_edge, NULL AS row_edge_2
FROM   declared_kin AS d
JOIN   post         AS o ON o.official_key = d.official_key
JOIN   known        AS a ON a.person_key = d.relative_key
UNION  ALL
SELECT 'official' AS a_kind, o.official_no AS a_key, o.label AS a_label, 'household' AS b_kind, h.household_no AS b_key, h.label AS b_label,
       'declared' AS kind, '' AS relation, d.declared_on AS from_date, CAST(NULL AS DATE) AS to_date, d.row_relative_declaration AS row_edge, NULL AS row_edge_2
FROM   declared_kin AS d
JOIN   post         AS o ON o.official_key = d.official_key
JOIN   home         AS h ON h.household_key = d.household_key
WHERE  d.relative_key IS NULL
UNION  ALL
SELECT 'household' AS a_kind, h.household_no AS a_key, h.label AS a_label, 'person' AS b_kind, a.id_number AS b_key, a.name AS b_label,
       CASE f.payee WHEN 1 THEN 'payee' ELSE 'member' END AS kind, '' AS relation, nullif(f.from_date, DATE '1900-01-01') AS from_date, nullif(f.to_date, DATE '2999-12-31') AS to_date, f.row_edge, NULL AS row_edge_2
FROM   (SELECT household_key, person_key, payee, min(from_date) AS from_date, max(to_date) AS to_date, min(row_edge) AS row_edge
        FROM family_circle GROUP BY household_key, person_key, payee) AS f
JOIN   (SELECT household_key, household_no, coalesce(head_name, '') AS label FROM household) AS h ON h.household_key = f.household_key
JOIN   known         AS a ON a.person_key = f.person_key
UNION  ALL
SELECT 'household' AS a_kind, household_no AS a_key, coalesce(head_name, '') AS a_label, 'phone' AS b_kind, phone_normal(phone) AS b_key, trim(phone) AS b_label,
       'uses' AS kind, '' AS relation, CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, row_id AS row_edge, NULL AS row_edge_2
FROM   household
WHERE  phone_normal(phone) IS NOT NULL
UNION  ALL
SELECT 'household' AS a_kind, household_no AS a_key, coalesce(head_name, '') AS a_label, 'address' AS b_kind, trim(address) AS b_key, trim(address) AS b_label,
       'uses' AS kind, '' AS relation, CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, row_id AS row_edge, NULL AS row_edge_2
FROM   household
WHERE  trim(address) <> ''
UNION  ALL
SELECT 'household' AS a_kind, h.household_no AS a_key, h.label AS a_label, 'account' AS b_kind, c.account_no AS b_key, c.account_no AS b_label,
       'uses' AS kind, '' AS relation, min(u.first_month) AS from_date, max(day_add(month_after(u.last_month), -1)) AS to_date, min(u.row_payment) AS row_edge, min(c.row_id) AS row_edge_2
FROM   award_account AS u
JOIN   home          AS h ON h.household_key = u.household_key
JOIN   account       AS c ON c.account_key = u.account_key
GROUP  BY h.household_no, h.label, c.account_no
UNION  ALL
SELECT 'household' AS a_kind, h.household_no AS a_key, h.label AS a_label, 'person' AS b_kind, a.id_number AS b_key, a.name AS b_label,
       'custodian' AS kind, '' AS relation, g.signed_on AS from_date, NULL AS to_date, g.row_id AS row_edge, NULL AS row_edge_2
FROM   custody_agreement AS g
JOIN   home              AS h ON h.household_key = g.household_key
JOIN   known             AS a ON a.person_key = g.custodian_key
UNION  ALL
SELECT 'institution' AS a_kind, i.institution_no AS a_key, coalesce(i.name, '') AS a_label, 'account' AS b_kind, c.account_no AS b_key, c.account_no AS b_label,
       'holds' AS kind, '' AS relation, CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, c.row_id AS row_edge, NULL AS row_edge_2
FROM   account     AS c
JOIN   institution AS i ON i.institution_key = c.institution_key
UNION  ALL
SELECT 'person' AS a_kind, a.id_number AS a_key, a.name AS a_label, 'institution' AS b_kind, i.institution_no AS b_key, coalesce(i.name, '') AS b_label,
       'stays' AS kind, '' AS relation, s.from_date, s.to_date, s.row_id AS row_edge, NULL AS row_edge_2
FROM   institution_stay AS s
JOIN   institution      AS i ON i.institution_key = s.institution_key
JOIN   known            AS a ON a.person_key = s.person_key
UNION  ALL
SELECT 'household' AS a_kind, h.household_no AS a_key, h.label AS a_label, 'application' AS b_kind, x.application_no AS b_key, '' AS b_label,
       'filed' AS kind, '' AS relation, x.applied_on AS from_date, CAST(NULL AS DATE) AS to_date, x.row_id AS row_edge, NULL AS row_edge_2
FROM   application AS x
JOIN   home        AS h ON h.household_key = x.household_key
UNION  ALL
SELECT 'official' AS a_kind, o.official_no AS a_key, o.label AS a_label, 'application' AS b_kind, x.application_no AS b_key, '' AS b_label,
       'decided' AS kind, p.relation, p.decided_on AS from_date, p.decided_on AS to_date, p.row_id AS row_edge, NULL AS row_edge_2
FROM   part  AS p
JOIN   post  AS o ON o.official_key = p.official_key
JOIN   filed AS x ON x.application_key = p.application_key
UNION  ALL
SELECT CASE WHEN x.application_no IS NULL THEN 'household' ELSE 'application' END AS a_kind, coalesce(x.application_no, h.household_no) AS a_key, CASE WHEN x.application_no IS NULL THEN h.label ELSE '' END AS a_label, 'award' AS b_kind, w.award_no AS b_key, '' AS b_label,
       'granted' AS kind, '' AS relation, w.start_month AS from_date, day_add(month_after(w.end_month), -1) AS to_date, w.row_id AS row_edge, NULL AS row_edge_2
FROM   award      AS w
JOIN   home       AS h ON h.household_key = w.household_key
LEFT   JOIN filed AS x ON x.application_key = w.application_key
UNION  ALL
SELECT 'account' AS a_kind, account_no AS a_key, account_no AS a_label, 'terminal' AS b_kind, terminal_no AS b_key, terminal_no AS b_label,
       'draws' AS kind, CASE WHEN together THEN 'together' ELSE '' END AS relation, from_date, to_date, row_edge, NULL AS row_edge_2
FROM   drawn
UNION  ALL
SELECT 'account' AS a_kind, sender AS a_key, sender AS a_label, 'account' AS b_kind, receiver AS b_key, receiver AS b_label,
       'sends' AS kind, '' AS relation, from_date, to_date, row_edge, NULL AS row_edge_2
FROM   sent
