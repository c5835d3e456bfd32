-- meaning  = "Close relatives by the edges that registers hold: kinship, marriages not dissolved, members of one register book against its head. `relation` is what the relative is to the person. Both directions; one pair may stand several times."
-- reads    = ["kinship", "marriage", "person"]
-- optional = ["kinship", "marriage", "person"]

WITH book AS (
    SELECT h.person_key AS head_key, m.person_key AS member_key, m.relation_to_head AS relation, m.row_id
    FROM   person AS h
    JOIN   person AS m ON m.register_no = h.register_no AND m.region_code = h.region_code
    WHERE  h.relation_to_head IN ('head', 'self')
      AND  m.relation_to_head IN ('spouse', 'son', 'daughter', 'parent', 'sibling', 'grandparent', 'grandchild')
      AND  h.person_key <> m.person_key
),
edge AS (
    SELECT person_key, relative_key, relation, 'kinship' AS source, row_id AS row_edge
    FROM   kinship
    WHERE  relation IN ('spouse', 'son', 'daughter', 'parent', 'sibling', 'grandparent', 'grandchild')
    UNION ALL
    SELECT person_key_a, person_key_b, 'spouse', 'marriage', row_id
    FROM   marriage
    WHERE  dissolved_on IS NULL
    UNION ALL
    SELECT head_key, member_key, relation, 'person', row_id
    FROM   book
)
SELECT person_key, relative_key,
       CASE WHEN relation IN ('son', 'daughter') THEN 'child' ELSE relation END AS relation, source, row_edge
FROM   edge
WHERE  person_key IS NOT NULL AND relative_key IS NOT NULL
UNION  ALL
SELECT relative_key, person_key,
       CASE relation WHEN 'son' THEN 'parent' WHEN 'daughter' THEN 'parent' WHEN 'parent' THEN 'child'
                     WHEN 'grandparent' THEN 'grandchild' WHEN 'grandchild' THEN 'grandparent'
                     ELSE relation END, source, row_edge
FROM   edge
WHERE  person_key IS NOT NULL AND relative_key IS NOT NULL
