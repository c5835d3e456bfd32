-- meaning  = "Officials and their relatives, a row a term of office, person and time: the official himself (`kin` 0) or a relative (`kin` 1, as in `official_kin`). `office_from` and `office_to` bound the term, `tie_from` and `tie_to` the kinship (open ends are far dates). A roster row under another person's name is left out."
-- reads    = ["official", "identity", "official_kin"]
-- once     = true

WITH term AS (
    SELECT o.official_key, o.person_key, coalesce(o.region_code, '') AS region_code,
           coalesce(o.from_date, DATE '1900-01-01') AS office_from, coalesce(o.to_date, DATE '2999-12-31') AS office_to,
           o.row_id AS row_official
    FROM   official AS o
    JOIN   identity AS i ON i.person_key = o.person_key
    WHERE  coalesce(names_match(o.name, i.name), true)
)
SELECT official_key, person_key AS official_person_key, person_key, region_code, office_from, office_to,
       0 AS kin, 'self' AS relation, '本人' AS relation_zh, 'self' AS relation_en, 'close' AS depth, 0 AS degree,
       DATE '1900-01-01' AS tie_from, DATE '2999-12-31' AS tie_to,
       row_official, CAST(NULL AS BIGINT) AS row_edge, CAST(NULL AS BIGINT) AS row_edge_2, CAST(NULL AS BIGINT) AS row_edge_3,
       CAST(NULL AS BIGINT) AS row_edge_4, CAST(NULL AS BIGINT) AS row_edge_5
FROM   term
UNION  ALL
SELECT t.official_key, t.person_key, k.relative_key, t.region_code, t.office_from, t.office_to,
       1, k.relation, k.relation_zh, k.relation_en, k.depth, k.degree,
       coalesce(k.from_date, DATE '1900-01-01'), coalesce(k.to_date, DATE '2999-12-31'),
       t.row_official, k.row_edge, k.row_edge_2, k.row_edge_3, k.row_edge_4, k.row_edge_5
FROM   term         AS t
JOIN   official_kin AS k ON k.person_key = t.person_key
