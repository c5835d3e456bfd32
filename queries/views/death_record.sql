-- meaning  = "Every death record with what speaks against it: another person's name, or a sign of life after the day (what bears another name is no sign). Of one person's records, `choice` 1 is the one to go by: undisputed before disputed, then the earliest."
-- reads    = ["death", "identity", "employment", "medical_settlement", "marriage", "account"]
-- optional = ["employment", "medical_settlement", "marriage", "account"]

WITH sign AS (
    SELECT d.row_id AS row_death, e.from_month AS sign_on, 'employment' AS sign,
           e.row_id AS row_employment, CAST(NULL AS BIGINT) AS row_medical_settlement,
           CAST(NULL AS BIGINT) AS row_marriage, CAST(NULL AS BIGINT) AS row_account
    FROM   death      AS d
    JOIN   employment AS e ON e.person_key = d.person_key
    JOIN   identity   AS i ON i.person_key = d.person_key
    WHERE  e.from_month > d.died_on AND coalesce(names_match(e.name, i.name), true)
    UNION ALL
    -- Without a day of admission, a discharge soon after the death is the account of the last stay.
    SELECT d.row_id, coalesce(s.admitted_on, s.discharged_on), 'medical_settlement', NULL, s.row_id, NULL, NULL
    FROM   death              AS d
    JOIN   medical_settlement AS s ON s.person_key = d.person_key
    JOIN   identity           AS i ON i.person_key = d.person_key
    WHERE  coalesce(s.admitted_on, day_add(s.discharged_on, -30)) > d.died_on AND coalesce(names_match(s.name, i.name), true)
    UNION ALL
    SELECT d.row_id, w.registered_on, 'marriage', NULL, NULL, w.row_id, NULL
    FROM   death    AS d
    JOIN   marriage AS w ON w.person_key_a = d.person_key
    JOIN   identity AS i ON i.person_key = d.person_key
    WHERE  w.registered_on > d.died_on AND coalesce(names_match(w.name_a, i.name), true)
    UNION ALL
    SELECT d.row_id, w.registered_on, 'marriage', NULL, NULL, w.row_id, NULL
    FROM   death    AS d
    JOIN   marriage AS w ON w.person_key_b = d.person_key
    JOIN   identity AS i ON i.person_key = d.person_key
    WHERE  w.registered_on > d.died_on AND coalesce(names_match(w.name_b, i.name), true)
    UNION ALL
    SELECT d.row_id, c.opened_on, 'account', NULL, NULL, NULL, c.row_id
    FROM   death   AS d
    JOIN   account AS c ON c.holder_key = d.person_key
    JOIN   identity AS i ON i.person_key = d.person_key
    WHERE  c.opened_on > d.died_on AND coalesce(names_match(c.holder_name, i.name), true)
),
latest AS (
    SELECT *, row_number() OVER (PARTITION BY row_death
                                 ORDER BY sign_on DESC, sign, row_employment, row_medical_settlement, row_marriage, row_account) AS nth
    FROM   sign
),
tested AS (
    SELECT d.person_key, d.died_on, d.registered_on, d.source, d.name AS recorded_name, i.name AS known_name,
           CASE WHEN NOT coalesce(names_match(d.name, i.name), true) THEN 'name_mismatch'
                WHEN s.row_death IS NOT NULL THEN 'sign_of_life' END AS doubt,
           s.sign, s.sign_on,
           d.row_id AS row_death, s.row_employment, s.row_medical_settlement, s.row_marriage, s.row_account
    FROM   death     AS d
    JOIN   identity  AS i ON i.person_key = d.person_key
    LEFT   JOIN latest AS s ON s.row_death = d.row_id AND s.nth = 1
)
SELECT *, row_number() OVER (PARTITION BY person_key
                             ORDER BY CASE WHEN doubt IS NULL THEN 0 ELSE 1 END, died_on, row_death) AS choice
FROM   tested
