-- id         = "e02_decision_late"
-- typology   = "E02"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "governance"
-- subject    = "application"
-- reads      = ["application", "award", "household"]
-- columns    = ["application.decided_on", "application.decision"]
-- # Two dates of the office's own file; time spent waiting for missing papers is not in it.
-- prior      = 0.8
-- reason_zh  = "{household}的申请{application_no}于{applied_on}提出，{state_zh}，历时{days}个工作日，超过{term}个工作日的办结期限。"
-- reason_en  = "Application {application_no} of {household}, made on {applied_on}, {state_en}: {days} working days, where {term} are allowed."
-- why        = "A family in need waits without money; a file that lies is also where a hint for a gift is dropped."
-- innocent   = ["The clock stood still while papers were missing or a check in another place was asked for.", "An exceptional case, for which 45 working days are allowed.", "The decision was made in time and entered late."]
-- blind      = ["Applications that were not accepted, or accepted late and dated on that day.", "Withdrawn applications: somebody may have been talked out of it."]
-- basis      = ["民发〔2021〕57号 art. 15, 17 and 20 to 22", "2022年10月民政部、财政部通知"]

-- A decision after the as-of date was not made yet. What the applicant withdrew needed no decision, and what was
-- awarded was decided, on whatever day.
WITH clocked AS (
    SELECT p.application_key, p.household_key, p.application_no, coalesce(h.head_name, p.household_no) AS household, p.applied_on,
           p.decided_on <= $as_of AS decided, CASE WHEN p.decided_on <= $as_of THEN p.decided_on ELSE $as_of END AS until,
           local_number(h.region_code, 'decision_working_days', p.applied_on) AS term, p.row_id AS row_application
    FROM   application    AS p
    LEFT   JOIN household AS h ON h.household_key = p.household_key
    LEFT   JOIN (SELECT DISTINCT application_key FROM award WHERE start_month <= $as_of) AS a ON a.application_key = p.application_key
    WHERE  p.applied_on <= $as_of
      AND  coalesce(p.decision, 'pending') <> 'withdrawn'
      AND  (p.decided_on IS NOT NULL
            OR (coalesce(p.decision, 'pending') = 'pending' AND a.application_key IS NULL))
)
SELECT application_key AS subject_key, household_key, application_key, month_of(applied_on) AS month_from, month_of(until) AS month_to,
       application_no, household, applied_on, working_days_between(applied_on, until) AS days, term,
       CASE WHEN decided THEN '至' || CAST(until AS VARCHAR) || '才作出决定' ELSE '至' || CAST(until AS VARCHAR) || '仍未作出决定' END AS state_zh,
       CASE WHEN decided THEN 'was decided on ' ELSE 'was still undecided on ' END || CAST(until AS VARCHAR) AS state_en,
       row_application
FROM   clocked
WHERE  working_days_between(applied_on, until) > term
ORDER  BY subject_key
