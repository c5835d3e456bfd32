-- meaning  = "Kinship that a register states, both ways: kinship edges, marriages, members of one register book against its head. `relation` is what the relative is to the person; `depth` is close or extended; `from_date` and `to_date` bound a marriage. Spouses whose marriage is registered stand by that record alone, so that a divorce ends what a register book still says; a marriage record under another person's name is left out. One pair may stand several times."
-- reads    = ["kinship", "marriage", "person", "identity"]
-- optional = ["kinship", "marriage", "person"]
-- once     = true

WITH wedded AS (
    SELECT w.person_key_a, w.person_key_b, w.registered_on, w.dissolved_on, w.row_id
    FROM   marriage AS w
    JOIN   identity AS a ON a.person_key = w.person_key_a
    JOIN   identity AS b ON b.person_key = w.person_key_b
    WHERE  coalesce(names_match(w.name_a, a.name), true) AND coalesce(names_match(w.name_b, b.name), true)
),
book AS (
    SELECT h.person_key AS head_key, m.person_key AS member_key, m.relation_to_head AS relation, m.row_id
    FROM   person AS h
    JOIN   person AS m ON m.register_no = h.register_no AND m.region_code = h.region_code
    WHERE  h.relation_to_head IN ('head', 'self') AND m.relation_to_head NOT IN ('head', 'self', 'other')
      AND  h.person_key <> m.person_key
),
stated AS (
    SELECT person_key, relative_key, relation, 'kinship' AS source, row_id AS row_edge
    FROM   kinship
    UNION ALL
    SELECT head_key, member_key, relation, 'person', row_id
    FROM   book
),
edge AS (
    SELECT s.person_key, s.relative_key, s.relation, CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date, s.source, s.row_edge
    FROM   stated      AS s
    LEFT   JOIN wedded AS w
           ON  least(w.person_key_a, w.person_key_b) = least(s.person_key, s.relative_key)
           AND greatest(w.person_key_a, w.person_key_b) = greatest(s.person_key, s.relative_key)
           AND s.relation = 'spouse'
    WHERE  w.row_id IS NULL
    UNION ALL
    SELECT person_key_a, person_key_b, 'spouse', registered_on, dissolved_on, 'marriage', row_id
    FROM   wedded
),
meaning AS (
    SELECT *
    FROM   (VALUES ('spouse', 'spouse', 'spouse', 'close'), ('son', 'child', 'parent', 'close'), ('daughter', 'child', 'parent', 'close'),
                   ('parent', 'parent', 'child', 'close'), ('sibling', 'sibling', 'sibling', 'close'),
                   ('grandparent', 'grandparent', 'grandchild', 'close'), ('grandchild', 'grandchild', 'grandparent', 'close'),
                   ('child_in_law', 'child_in_law', 'parent_in_law', 'extended'), ('parent_in_law', 'parent_in_law', 'child_in_law', 'extended'),
                   ('sibling_in_law', 'sibling_in_law', 'sibling_in_law', 'extended'),
                   ('uncle_aunt', 'uncle_aunt', 'nephew_niece', 'extended'), ('nephew_niece', 'nephew_niece', 'uncle_aunt', 'extended')) AS word (relation, relative_is, person_is, depth)
),
known AS (
    SELECT e.person_key, e.relative_key, m.relative_is, m.person_is, m.depth, e.from_date, e.to_date, e.source, e.row_edge
    FROM   edge    AS e
    JOIN   meaning AS m ON m.relation = e.relation
    WHERE  e.person_key IS NOT NULL AND e.relative_key IS NOT NULL AND e.person_key <> e.relative_key
)
SELECT CASE WHEN w.way = 1 THEN k.person_key ELSE k.relative_key END AS person_key,
       CASE WHEN w.way = 1 THEN k.relative_key ELSE k.person_key END AS relative_key,
       CASE WHEN w.way = 1 THEN k.relative_is ELSE k.person_is END AS relation,
       k.depth, k.from_date, k.to_date, k.source, k.row_edge
FROM   known AS k
CROSS  JOIN (VALUES (1), (2)) AS w (way)
