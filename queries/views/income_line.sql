-- meaning  = "Verified income of persons: wages by contribution base and pensions, each from its first to its last month (open ends are far dates). `shown_fen` is the base where it shows a wage (public budget, enterprise), `base_fen` any base, `pension_fen` an employee pension. Rows whose register bears another name are left out."
-- reads    = ["identity", "employment", "pension"]
-- optional = ["employment", "pension"]

SELECT e.person_key, coalesce(e.from_month, DATE '1900-01-01') AS from_month, coalesce(e.to_month, DATE '2999-12-01') AS to_month,
       e.contribution_base_fen AS base_fen,
       CASE WHEN e.employer_kind IN ('public_budget', 'enterprise') THEN e.contribution_base_fen ELSE 0 END AS shown_fen,
       CAST(0 AS BIGINT) AS pension_fen, i.name, e.employer, e.row_id AS row_employment, CAST(NULL AS BIGINT) AS row_pension
FROM   employment AS e
JOIN   identity   AS i ON i.person_key = e.person_key
WHERE  e.contribution_base_fen > 0 AND coalesce(names_match(e.name, i.name), true)
UNION  ALL
SELECT q.person_key, coalesce(q.from_month, DATE '1900-01-01'), coalesce(q.to_month, DATE '2999-12-01'),
       0, 0, q.monthly_amount_fen, i.name, CAST(NULL AS VARCHAR), CAST(NULL AS BIGINT), q.row_id
FROM   pension  AS q
JOIN   identity AS i ON i.person_key = q.person_key
WHERE  q.kind = 'employee' AND q.monthly_amount_fen > 0 AND coalesce(names_match(q.name, i.name), true)
