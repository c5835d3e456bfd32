-- meaning  = "How much a shared thing says in this place: of pairs of persons of different register books who share a thing that assisted families use, the share that a register makes kin by one or two steps. A row a kind (phone, address, account, enterprise) and number of families that use it (2 to 6; 6 stands for 6 to 10). `pairs` and `kin` are what was counted; `strength` is the mean of a beta distribution whose prior, worth four pairs, expects one kin among as many as share the thing, and more who share never say more than fewer. Kin of known pairs stand for ties of all: the estimate tells how rarely strangers share such a thing, not that a pair is kin."
-- reads    = ["person_thing", "person", "family_circle", "kin_edge"]
-- optional = ["person"]
-- once     = true

WITH holder AS (
    SELECT DISTINCT t.kind, t.thing, t.person_key, coalesce(p.register_no, concat('p', CAST(t.person_key AS VARCHAR))) AS book
    FROM   person_thing AS t
    JOIN   (SELECT DISTINCT o.kind, o.thing
            FROM   person_thing  AS o
            JOIN   (SELECT DISTINCT person_key FROM family_circle) AS f ON f.person_key = o.person_key
            WHERE  o.row_official IS NULL) AS used ON used.kind = t.kind AND used.thing = t.thing
    LEFT   JOIN person AS p ON p.person_key = t.person_key
    WHERE  t.row_official IS NULL AND t.person_key IS NOT NULL
),
shared AS (
    SELECT kind, thing, CAST(count(DISTINCT book) AS BIGINT) AS families
    FROM   holder
    GROUP  BY kind, thing
    HAVING count(DISTINCT book) BETWEEN 2 AND 10 AND count(*) <= 40
),
pair AS (
    SELECT s.kind, least(s.families, 6) AS families, a.person_key, b.person_key AS other_key
    FROM   shared AS s
    JOIN   holder AS a ON a.kind = s.kind AND a.thing = s.thing
    JOIN   holder AS b ON b.kind = s.kind AND b.thing = s.thing
    WHERE  a.person_key < b.person_key AND a.book <> b.book
),
near AS (
    SELECT DISTINCT person_key, relative_key
    FROM   kin_edge
    WHERE  person_key IN (SELECT person_key FROM pair UNION SELECT other_key FROM pair)
),
kin AS (
    SELECT person_key, relative_key AS other_key FROM near
    UNION
    SELECT p.person_key, p.other_key
    FROM   (SELECT DISTINCT person_key, other_key FROM pair) AS p
    JOIN   near AS a ON a.person_key = p.person_key
    JOIN   near AS b ON b.person_key = p.other_key AND b.relative_key = a.relative_key
),
counted AS (
    SELECT p.kind, p.families, CAST(count(*) AS BIGINT) AS pairs, CAST(count(k.person_key) AS BIGINT) AS kin
    FROM   pair     AS p
    LEFT   JOIN kin AS k ON k.person_key = p.person_key AND k.other_key = p.other_key
    GROUP  BY p.kind, p.families
),
cell AS (
    SELECT k.kind, f.families
    FROM   (VALUES ('phone'), ('address'), ('account'), ('enterprise')) AS k (kind)
    CROSS  JOIN (VALUES (2), (3), (4), (5), (6)) AS f (families)
)
SELECT c.kind, CAST(c.families AS BIGINT) AS families, coalesce(n.pairs, 0) AS pairs, coalesce(n.kin, 0) AS kin,
       min((coalesce(n.kin, 0) + 4.0 / c.families) / (coalesce(n.pairs, 0) + 4.0)) OVER (PARTITION BY c.kind ORDER BY c.families) AS strength
FROM   cell         AS c
LEFT   JOIN counted AS n ON n.kind = c.kind AND n.families = c.families
