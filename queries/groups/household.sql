-- meaning  = "Protected groups of households."
-- reads    = ["household", "household_group"]

SELECT h.household_no AS subject_no, g.attribute, g.value, g.register
FROM   household       AS h
JOIN   household_group AS g ON g.household_key = h.household_key
