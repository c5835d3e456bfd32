-- meaning  = "Relatives of officials, as registers state them (`degree` 1) or as follows from two or three such edges by `kin_chain`: the mother's mother, the husband's brother, the brother's child, the father's wife. A row an official's person, relative and time: where one holds for no longer than another as close, it is left out, of two alike the shorter chain stays. `relation` is what the relative is to the official; `depth` is close, extended or wider; `row_edge`, `row_edge_2`, `row_edge_3` are the rows of its edges, `row_edge_4` and `row_edge_5` the second rows of those that rest on two, and `source` the table of the first."
-- reads    = ["official", "kin_edge", "kin_chain"]
-- once     = true

WITH RECURSIVE holder AS (
    SELECT DISTINCT person_key FROM official WHERE person_key IS NOT NULL
),
path AS (
    SELECT k.person_key, k.relative_key, k.person_key AS before_key, c.chain, c.relation, c.depth, k.from_date, k.to_date, k.source,
           k.row_edge, CAST(NULL AS BIGINT) AS row_edge_2, CAST(NULL AS BIGINT) AS row_edge_3,
           k.row_edge_2 AS row_edge_4, CAST(NULL AS BIGINT) AS row_edge_5, CAST(1 AS BIGINT) AS degree
    FROM   holder    AS o
    JOIN   kin_edge  AS k ON k.person_key = o.person_key
    JOIN   kin_chain AS c ON c.so_far = '' AND c.step = k.relation
    UNION ALL
    SELECT a.person_key, b.relative_key, a.relative_key, c.chain, c.relation, c.depth,
           coalesce(greatest(a.from_date, b.from_date), a.from_date, b.from_date),
           coalesce(least(a.to_date, b.to_date), a.to_date, b.to_date),
           a.source, a.row_edge, coalesce(a.row_edge_2, b.row_edge), CASE WHEN a.degree = 2 THEN b.row_edge END,
           coalesce(a.row_edge_4, b.row_edge_2), CASE WHEN a.row_edge_4 IS NOT NULL THEN coalesce(a.row_edge_5, b.row_edge_2) END, a.degree + 1
    FROM   path      AS a
    JOIN   kin_edge  AS b ON b.person_key = a.relative_key
    JOIN   kin_chain AS c ON c.so_far = a.chain AND c.step = b.relation
    WHERE  a.degree < 3 AND b.relative_key <> a.person_key AND b.relative_key <> a.before_key
),
ranked AS (
    SELECT *, coalesce(to_date, DATE '2999-12-31') AS until,
           row_number() OVER (PARTITION BY person_key, relative_key
                              ORDER BY coalesce(from_date, DATE '1900-01-01'), coalesce(to_date, DATE '2999-12-31') DESC, depth, degree,
                                       relation, row_edge, row_edge_2, row_edge_3, row_edge_4, row_edge_5) AS nth
    FROM   path
),
outlasted AS (
    -- Until when ties that began no later last, by how close they are.
    SELECT *,
           max(CASE WHEN depth = 'close' THEN until END) OVER earlier AS close_until,
           max(CASE WHEN depth <> 'wider' THEN until END) OVER earlier AS extended_until,
           max(until) OVER earlier AS any_until
    FROM   ranked
    WINDOW earlier AS (PARTITION BY person_key, relative_key ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT person_key, relative_key, relation,
       CASE relation WHEN 'spouse' THEN '配偶' WHEN 'child' THEN '子女' WHEN 'parent' THEN '父母' WHEN 'sibling' THEN '兄弟姐妹'
                     WHEN 'grandparent' THEN '（外）祖父母' WHEN 'grandchild' THEN '（外）孙子女' WHEN 'child_in_law' THEN '儿媳或女婿'
                     WHEN 'parent_in_law' THEN '配偶的父母' WHEN 'sibling_in_law' THEN '姻亲兄弟姐妹' WHEN 'uncle_aunt' THEN '叔伯姑舅姨'
                     WHEN 'cousin' THEN '堂表兄弟姐妹' ELSE '侄甥' END AS relation_zh,
       CASE relation WHEN 'child_in_law' THEN 'son- or daughter-in-law' WHEN 'parent_in_law' THEN 'parent-in-law'
                     WHEN 'sibling_in_law' THEN 'brother- or sister-in-law' WHEN 'uncle_aunt' THEN 'uncle or aunt'
                     WHEN 'nephew_niece' THEN 'nephew or niece' ELSE relation END AS relation_en,
       depth, degree, from_date, to_date, source, row_edge, row_edge_2, row_edge_3, row_edge_4, row_edge_5
FROM   outlasted
WHERE  coalesce(until > CASE depth WHEN 'close' THEN close_until WHEN 'extended' THEN extended_until ELSE any_until END, true)
