-- meaning  = "The standard a person that applies to a family, by programme and period, as `possible_standard` tells it; where the hukou kind is not known the dearer one, which speaks for the family. `until_month` is the first month of the next standard, null where there is none."
-- reads    = ["possible_standard"]

SELECT household_key, programme, from_month, until_month, standard_fen, row_standard
FROM   possible_standard
WHERE  dearest
