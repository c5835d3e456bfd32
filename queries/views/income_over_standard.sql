-- meaning  = "Families whose verified income a person, by every base, reaches the standard, by programme and in periods of months in which neither income, members, standard nor local parameters change. `shown_each` takes the bases that show a wage, `all_each` every base, `pension_each` employee pensions alone; wages after the work-cost deduction, all in fen; `limit_each` is the standard with the local tolerance."
-- reads    = ["household", "household_income", "household_standard", "local_period"]
-- once     = true

WITH placed AS (
    SELECT i.household_key, h.region_code, s.programme, i.members, i.base_fen, i.shown_fen, i.pension_fen, s.standard_fen,
           i.earner, i.employer, i.row_employment, i.row_pension, s.row_standard,
           greatest(i.from_month, s.from_month, l.from_month) AS from_month,
           least(i.to_month, coalesce(month_add(s.until_month, -1), i.to_month), l.to_month) AS to_month
    FROM   household_income   AS i
    JOIN   household          AS h ON h.household_key = i.household_key
    JOIN   household_standard AS s ON s.household_key = i.household_key
    JOIN   local_period       AS l ON l.region_code = h.region_code
    WHERE  s.programme IN ('dibao', 'tekun')
      AND  i.members > 0 AND i.base_fen + i.pension_fen >= i.members * s.standard_fen
),
measured AS (
    SELECT *,
           (shown_fen * (1 - local_number(region_code, 'work_cost_deduction', from_month)) + pension_fen) / members AS shown_each,
           (base_fen * (1 - local_number(region_code, 'work_cost_deduction', from_month)) + pension_fen) / members AS all_each,
           CAST(pension_fen AS DOUBLE) / members AS pension_each,
           standard_fen * (1 + local_number(region_code, 'income_tolerance', from_month)) AS limit_each
    FROM   placed
    WHERE  from_month <= to_month
)
SELECT household_key, programme, from_month, to_month, members, base_fen, shown_fen, pension_fen, shown_each, all_each, pension_each,
       standard_fen, limit_each, earner, employer, row_employment, row_pension, row_standard
FROM   measured
WHERE  all_each >= standard_fen
