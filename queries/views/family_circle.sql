-- meaning  = "Who belongs to an assisted household: members of the family file, those covered by its awards (from the month before, for assistance begins the month after approval), the head, and whoever collects its money (`payee` 1). `from_date` and `to_date` bound it; `row_edge` is the row that says so, of payments the first."
-- reads    = ["household", "household_member", "award_member", "payment"]
-- optional = ["household_member"]

SELECT household_key, person_key, 0 AS payee, coalesce(joined_on, DATE '1900-01-01') AS from_date, coalesce(left_on, DATE '2999-12-31') AS to_date,
       row_id AS row_edge
FROM   household_member
WHERE  person_key IS NOT NULL
UNION  ALL
SELECT household_key, person_key, 0, coalesce(month_add(from_month, -1), DATE '1900-01-01'),
       coalesce(day_add(month_after(to_month), -1), DATE '2999-12-31'), row_id
FROM   award_member
WHERE  person_key IS NOT NULL
UNION  ALL
SELECT household_key, head_key, 0, DATE '1900-01-01', DATE '2999-12-31', row_id
FROM   household
WHERE  head_key IS NOT NULL
UNION  ALL
SELECT household_key, payee_key, 1, DATE '1900-01-01', DATE '2999-12-31', min(row_id)
FROM   payment
WHERE  payee_key IS NOT NULL
GROUP  BY household_key, payee_key
