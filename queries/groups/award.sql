-- meaning  = "Protected groups of awards, those of their households."
-- reads    = ["award", "household_group"]

SELECT a.award_no AS subject_no, g.attribute, g.value, g.register
FROM   award           AS a
JOIN   household_group AS g ON g.household_key = a.household_key
