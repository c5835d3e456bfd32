-- meaning  = "Kinship that a register states, a row a statement and pair, the person with the smaller key first: kinship edges, marriages, members of one register book against its head, and the couples that a book's own words make (its only son and only daughter-in-law, its only daughter and only son-in-law, the head's two parents or parents-in-law). `relation` is what the relative is to the person, `reverse` what the person is to the relative; `from_date` and `to_date` bound a marriage. Spouses whose marriage is registered stand by that record alone, so that a divorce ends what a register book still says; in-laws last as long as the registered marriage of the one with a child or sibling of the other; a marriage record under another person's name is left out. `possible` is false where a parent would be no older than the child. `row_edge` and, where it rests on two rows, `row_edge_2` are what it is read from, `source` the table of the first. One pair may stand several times."
-- reads    = ["kinship", "marriage", "person", "identity"]
-- optional = ["kinship", "marriage", "person"]
-- once     = true

WITH wed AS (
    SELECT CASE WHEN v.way = 1 THEN w.person_key_a ELSE w.person_key_b END AS person_key,
           CASE WHEN v.way = 1 THEN w.person_key_b ELSE w.person_key_a END AS spouse_key,
           w.registered_on, w.dissolved_on, w.row_id
    FROM   (VALUES (1), (2)) AS v (way)
    CROSS  JOIN (SELECT m.*
                 FROM   marriage AS m
                 JOIN   identity AS a ON a.person_key = m.person_key_a
                 JOIN   identity AS b ON b.person_key = m.person_key_b
                 WHERE  coalesce(names_match(m.name_a, a.name), true) AND coalesce(names_match(m.name_b, b.name), true)) AS w
),
book AS (
    SELECT h.person_key AS head_key, m.person_key AS member_key, m.relation_to_head AS relation, m.sex, m.row_id
    FROM   person AS h
    JOIN   person AS m ON m.register_no = h.register_no AND m.region_code = h.region_code
    WHERE  h.relation_to_head IN ('head', 'self') AND m.relation_to_head NOT IN ('head', 'self', 'other')
      AND  h.person_key <> m.person_key
),
side AS (
    -- The register's word for a child-in-law is 儿媳 or 女婿: whose spouse it is, the sex beside it says.
    SELECT head_key, member_key, row_id,
           CASE WHEN relation <> 'child_in_law' THEN relation WHEN sex = 'female' THEN 'son' WHEN sex = 'male' THEN 'daughter' END AS couple,
           CASE relation WHEN 'son' THEN 'male' WHEN 'daughter' THEN 'female' ELSE sex END AS sex
    FROM   book
    WHERE  relation IN ('son', 'daughter', 'child_in_law', 'parent', 'parent_in_law')
),
couple AS (
    SELECT max(CASE sex WHEN 'male' THEN member_key END) AS husband_key, max(CASE sex WHEN 'female' THEN member_key END) AS wife_key,
           max(CASE sex WHEN 'male' THEN row_id END) AS row_husband, max(CASE sex WHEN 'female' THEN row_id END) AS row_wife
    FROM   side
    WHERE  couple IS NOT NULL
    GROUP  BY head_key, couple
    HAVING count(*) = 2 AND count(CASE sex WHEN 'male' THEN 1 END) = 1 AND count(CASE sex WHEN 'female' THEN 1 END) = 1
),
in_law AS (
    SELECT person_key, relative_key, relation, 'kinship' AS source, row_id AS row_edge
    FROM   kinship
    WHERE  relation IN ('child_in_law', 'parent_in_law', 'sibling_in_law')
    UNION  ALL
    SELECT head_key, member_key, relation, 'person', row_id
    FROM   book
    WHERE  relation IN ('child_in_law', 'parent_in_law', 'sibling_in_law')
),
by_marriage AS (
    -- Who may have married into whose family, and whom.
    SELECT i.row_edge, i.person_key, i.relative_key, i.relation, CASE WHEN v.way = 1 THEN i.person_key ELSE i.relative_key END AS kin_key,
           w.spouse_key, w.registered_on, w.dissolved_on, w.row_id AS row_marriage
    FROM   in_law AS i
    JOIN   (VALUES (1, 'child_in_law'), (2, 'parent_in_law'), (1, 'sibling_in_law'), (2, 'sibling_in_law')) AS v (way, relation) ON v.relation = i.relation
    JOIN   wed    AS w ON w.person_key = CASE WHEN v.way = 1 THEN i.relative_key ELSE i.person_key END
),
near AS (
    -- Parents, children and siblings of both: what makes the spouse a child or sibling of the other end.
    SELECT c.person_key, CASE WHEN v.way = 1 THEN t.relative_key ELSE t.person_key END AS relative_key, v.relative_is
    FROM   (SELECT person_key, relative_key, relation FROM kinship UNION ALL SELECT head_key, member_key, relation FROM book) AS t
    JOIN   (VALUES (1, 'parent', 'parent'), (2, 'parent', 'child'), (1, 'son', 'child'), (2, 'son', 'parent'), (1, 'daughter', 'child'),
                   (2, 'daughter', 'parent'), (1, 'sibling', 'sibling'), (2, 'sibling', 'sibling')) AS v (way, relation, relative_is) ON v.relation = t.relation
    JOIN   (SELECT kin_key AS person_key FROM by_marriage UNION SELECT spouse_key FROM by_marriage) AS c
           ON c.person_key = CASE WHEN v.way = 1 THEN t.person_key ELSE t.relative_key END
),
bound AS (
    SELECT m.row_edge, m.person_key, m.relative_key, m.registered_on, m.dissolved_on, min(m.row_marriage) AS row_marriage
    FROM   by_marriage AS m
    JOIN   near        AS n ON n.person_key = m.kin_key
    LEFT   JOIN near   AS p ON p.person_key = m.spouse_key AND p.relative_key = n.relative_key AND p.relative_is = 'parent' AND n.relative_is = 'parent'
    WHERE  CASE WHEN m.relation <> 'sibling_in_law' THEN n.relative_is = 'child' AND n.relative_key = m.spouse_key
                ELSE p.person_key IS NOT NULL OR (n.relative_is = 'sibling' AND n.relative_key = m.spouse_key) END
    GROUP  BY m.row_edge, m.person_key, m.relative_key, m.registered_on, m.dissolved_on
),
spouse AS (
    SELECT person_key, relative_key, 'kinship' AS source, row_id AS row_edge, CAST(NULL AS BIGINT) AS row_edge_2
    FROM   kinship
    WHERE  relation = 'spouse'
    UNION  ALL
    SELECT head_key, member_key, 'person', row_id, NULL
    FROM   book
    WHERE  relation = 'spouse'
    UNION  ALL
    -- Who is married to somebody else by the marriage register is no couple here.
    SELECT c.husband_key, c.wife_key, 'person', c.row_husband, c.row_wife
    FROM   couple   AS c
    CROSS  JOIN (VALUES (1), (2)) AS v (way)
    LEFT   JOIN wed AS w ON w.person_key = CASE WHEN v.way = 1 THEN c.husband_key ELSE c.wife_key END AND w.dissolved_on IS NULL
    GROUP  BY c.husband_key, c.wife_key, c.row_husband, c.row_wife
    HAVING count(w.row_id) = 0
),
edge AS (
    SELECT person_key, relative_key, relation, CAST(NULL AS DATE) AS from_date, CAST(NULL AS DATE) AS to_date,
           'kinship' AS source, row_id AS row_edge, CAST(NULL AS BIGINT) AS row_edge_2
    FROM   kinship
    WHERE  relation NOT IN ('spouse', 'child_in_law', 'parent_in_law', 'sibling_in_law')
    UNION  ALL
    SELECT head_key, member_key, relation, NULL, NULL, 'person', row_id, NULL
    FROM   book
    WHERE  relation NOT IN ('spouse', 'child_in_law', 'parent_in_law', 'sibling_in_law')
    UNION  ALL
    SELECT i.person_key, i.relative_key, i.relation, b.registered_on, b.dissolved_on, i.source, i.row_edge, b.row_marriage
    FROM   in_law     AS i
    LEFT   JOIN bound AS b ON b.row_edge = i.row_edge AND b.person_key = i.person_key AND b.relative_key = i.relative_key
    UNION  ALL
    SELECT s.person_key, s.relative_key, 'spouse', NULL, NULL, s.source, s.row_edge, s.row_edge_2
    FROM   spouse   AS s
    LEFT   JOIN wed AS w ON w.person_key = s.person_key AND w.spouse_key = s.relative_key
    WHERE  w.row_id IS NULL
    UNION  ALL
    SELECT person_key, spouse_key, 'spouse', registered_on, dissolved_on, 'marriage', row_id, NULL
    FROM   wed
    WHERE  person_key < spouse_key
),
meaning AS (
    SELECT *
    FROM   (VALUES ('spouse', 'spouse', 'spouse'), ('son', 'child', 'parent'), ('daughter', 'child', 'parent'), ('parent', 'parent', 'child'),
                   ('sibling', 'sibling', 'sibling'), ('grandparent', 'grandparent', 'grandchild'), ('grandchild', 'grandchild', 'grandparent'),
                   ('child_in_law', 'child_in_law', 'parent_in_law'), ('parent_in_law', 'parent_in_law', 'child_in_law'),
                   ('sibling_in_law', 'sibling_in_law', 'sibling_in_law'),
                   ('uncle_aunt', 'uncle_aunt', 'nephew_niece'), ('nephew_niece', 'nephew_niece', 'uncle_aunt'), ('cousin', 'cousin', 'cousin')) AS word (relation, relative_is, person_is)
),
known AS (
    SELECT least(e.person_key, e.relative_key) AS person_key, greatest(e.person_key, e.relative_key) AS relative_key,
           CASE WHEN e.person_key < e.relative_key THEN m.relative_is ELSE m.person_is END AS relation,
           CASE WHEN e.person_key < e.relative_key THEN m.person_is ELSE m.relative_is END AS reverse,
           e.from_date, e.to_date, e.source, e.row_edge, e.row_edge_2
    FROM   edge    AS e
    JOIN   meaning AS m ON m.relation = e.relation
    WHERE  e.person_key IS NOT NULL AND e.relative_key IS NOT NULL AND e.person_key <> e.relative_key
)
SELECT k.*,
       CASE k.relation WHEN 'parent' THEN coalesce(b.birth_date < a.birth_date, true)
                       WHEN 'child' THEN coalesce(a.birth_date < b.birth_date, true) ELSE true END AS possible
FROM   known         AS k
LEFT   JOIN identity AS a ON a.person_key = k.person_key
LEFT   JOIN identity AS b ON b.person_key = k.relative_key
