-- meaning  = "Months for which a person was covered and paid by two awards at once: one row each way, first and last month; `other_award_key` and `other_programme` are the other award's."
-- reads    = ["covered_run"]
-- once     = true

SELECT x.person_key, x.household_key, x.award_key, x.programme, x.head_count, x.row_award_member,
       y.household_key AS other_household_key, y.award_key AS other_award_key, y.programme AS other_programme,
       greatest(x.from_month, y.from_month) AS from_month, least(x.to_month, y.to_month) AS to_month
FROM   covered_run AS x
JOIN   covered_run AS y ON y.person_key = x.person_key
WHERE  y.award_key <> x.award_key
  AND  x.from_month <= y.to_month AND y.from_month <= x.to_month
