-- meaning  = "Kinship as `kin_stated` has it, both ways, without what cannot be true: `relation` is what the relative is to the person; `from_date` and `to_date` bound a marriage. One pair may stand several times."
-- reads    = ["kin_stated"]

SELECT CASE WHEN v.way = 1 THEN k.person_key ELSE k.relative_key END AS person_key,
       CASE WHEN v.way = 1 THEN k.relative_key ELSE k.person_key END AS relative_key,
       CASE WHEN v.way = 1 THEN k.relation ELSE k.reverse END AS relation,
       k.from_date, k.to_date, k.source, k.row_edge, k.row_edge_2
FROM   (VALUES (1), (2)) AS v (way)
CROSS  JOIN kin_stated AS k
WHERE  k.possible
