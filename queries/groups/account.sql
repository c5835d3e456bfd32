-- meaning  = "Protected groups of accounts, those of the holder."
-- reads    = ["account", "person_group"]

SELECT a.account_no AS subject_no, g.attribute, g.value, g.register
FROM   account      AS a
JOIN   person_group AS g ON g.person_key = a.holder_key
