-- meaning  = "What a person has that others may have too: phone and address of the register, accounts, enterprises. A row a person and thing: `kind` is phone, address, account or enterprise, `thing` the number or name that is compared (a phone without spaces, dashes and country code), `label` what people read, `from_date` and `to_date` bound it (open ends are far dates)."
-- reads    = ["person", "account", "enterprise_role", "enterprise", "official"]
-- optional = ["person", "account", "enterprise_role", "enterprise", "official"]

SELECT person_key, 'phone' AS kind, phone_normal(phone) AS thing, trim(phone) AS label, DATE '1900-01-01' AS from_date, DATE '2999-12-31' AS to_date,
       row_id AS row_person, CAST(NULL AS BIGINT) AS row_official, CAST(NULL AS BIGINT) AS row_account, CAST(NULL AS BIGINT) AS row_enterprise_role
FROM   person
WHERE  phone_normal(phone) IS NOT NULL
UNION  ALL
SELECT person_key, 'address', trim(address), trim(address), DATE '1900-01-01', DATE '2999-12-31', row_id, NULL, NULL, NULL
FROM   person
WHERE  trim(address) <> ''
UNION  ALL
SELECT person_key, 'phone', phone_normal(phone), trim(phone), DATE '1900-01-01', DATE '2999-12-31', NULL, row_id, NULL, NULL
FROM   official
WHERE  phone_normal(phone) IS NOT NULL
UNION  ALL
SELECT holder_key, 'account', CAST(account_key AS VARCHAR), account_no, DATE '1900-01-01', DATE '2999-12-31', NULL, NULL, row_id, NULL
FROM   account
WHERE  institution_key IS NULL
UNION  ALL
SELECT r.person_key, 'enterprise', CAST(r.enterprise_key AS VARCHAR), coalesce(e.name, r.uscc),
       coalesce(r.from_date, DATE '1900-01-01'), coalesce(r.to_date, DATE '2999-12-31'), NULL, NULL, NULL, r.row_id
FROM   enterprise_role  AS r
LEFT   JOIN enterprise  AS e ON e.enterprise_key = r.enterprise_key
