-- meaning  = "Relatives of officials, as registers state them (`degree` 1) or as follows from two or three such edges: the mother's mother, the husband's brother, the brother's child, the father's wife. A row an official's person and relative: the tie that still holds before one that ended, the closer before the wider, the older before the newer, the shorter before the longer. `relation` is what the relative is to the official; `depth` is close or extended; `row_edge`, `row_edge_2`, `row_edge_3` are the rows it rests on and `source` the table of the first."
-- reads    = ["official", "kin_edge"]
-- once     = true

WITH RECURSIVE holder AS (
    SELECT DISTINCT person_key FROM official WHERE person_key IS NOT NULL
),
composed AS (
    -- What somebody's relative's relative is to him.
    SELECT *
    FROM   (VALUES ('parent', 'parent', 'grandparent', 'close'), ('child', 'child', 'grandchild', 'close'), ('parent', 'child', 'sibling', 'close'),
                   ('parent', 'spouse', 'parent', 'close'), ('sibling', 'parent', 'parent', 'close'),
                   ('spouse', 'child', 'child', 'close'), ('child', 'sibling', 'child', 'close'), ('sibling', 'sibling', 'sibling', 'close'),
                   ('spouse', 'parent', 'parent_in_law', 'extended'), ('child', 'spouse', 'child_in_law', 'extended'),
                   ('spouse', 'sibling', 'sibling_in_law', 'extended'), ('sibling', 'spouse', 'sibling_in_law', 'extended'),
                   ('parent_in_law', 'child', 'sibling_in_law', 'extended'),
                   ('parent', 'sibling', 'uncle_aunt', 'extended'), ('grandparent', 'child', 'uncle_aunt', 'extended'),
                   ('sibling', 'child', 'nephew_niece', 'extended')) AS word (first, second, relation, depth)
),
path AS (
    SELECT k.person_key, k.relative_key, k.relation, k.depth, k.from_date, k.to_date, k.source,
           k.row_edge, CAST(NULL AS BIGINT) AS row_edge_2, CAST(NULL AS BIGINT) AS row_edge_3, CAST(1 AS BIGINT) AS degree
    FROM   holder   AS o
    JOIN   kin_edge AS k ON k.person_key = o.person_key
    UNION ALL
    SELECT a.person_key, b.relative_key, c.relation, c.depth,
           coalesce(greatest(a.from_date, b.from_date), a.from_date, b.from_date),
           coalesce(least(a.to_date, b.to_date), a.to_date, b.to_date),
           a.source, a.row_edge, coalesce(a.row_edge_2, b.row_edge), CASE WHEN a.degree = 2 THEN b.row_edge END, a.degree + 1
    FROM   path     AS a
    JOIN   kin_edge AS b ON b.person_key = a.relative_key
    JOIN   composed AS c ON c.first = a.relation AND c.second = b.relation
    WHERE  a.degree < 3 AND b.relative_key <> a.person_key
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY person_key, relative_key
                                 ORDER BY CASE WHEN to_date IS NULL THEN 0 ELSE 1 END, depth,
                                          coalesce(from_date, DATE '1900-01-01'), degree, to_date DESC,
                                          relation, row_edge, row_edge_2, row_edge_3) AS nth
    FROM   path
)
SELECT person_key, relative_key, relation,
       CASE relation WHEN 'spouse' THEN '配偶' WHEN 'child' THEN '子女' WHEN 'parent' THEN '父母' WHEN 'sibling' THEN '兄弟姐妹'
                     WHEN 'grandparent' THEN '（外）祖父母' WHEN 'grandchild' THEN '（外）孙子女' WHEN 'child_in_law' THEN '儿媳或女婿'
                     WHEN 'parent_in_law' THEN '配偶的父母' WHEN 'sibling_in_law' THEN '姻亲兄弟姐妹' WHEN 'uncle_aunt' THEN '叔伯姑舅姨'
                     ELSE '侄甥' END AS relation_zh,
       CASE relation WHEN 'child_in_law' THEN 'son- or daughter-in-law' WHEN 'parent_in_law' THEN 'parent-in-law'
                     WHEN 'sibling_in_law' THEN 'brother- or sister-in-law' WHEN 'uncle_aunt' THEN 'uncle or aunt'
                     WHEN 'nephew_niece' THEN 'nephew or niece' ELSE relation END AS relation_en,
       depth, degree, from_date, to_date, source, row_edge, row_edge_2, row_edge_3
FROM   ranked
WHERE  nth = 1
