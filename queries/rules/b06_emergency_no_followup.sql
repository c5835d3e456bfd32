-- id         = "b06_emergency_no_followup"
-- typology   = "B06"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "governance"
-- subject    = "application"
-- reads      = ["application", "household", "temporary_grant"]
-- needs      = ["application.surveyed_on"]
-- columns    = ["application.emergency"]
-- # The date is missing in the office's own file; what fails is a survey made and kept on paper.
-- prior      = 0.7
-- reason_zh  = "{name}家庭的急难型临时救助（{application_no}）于{granted_on}先行给予，应在{limit}天内补办调查手续，{state_zh}。"
-- reason_en  = "Pay-first temporary aid for the household of {name} ({application_no}) was granted on {granted_on}; the paperwork was due within {limit} days, and {state_en}."
-- why        = "Aid in an emergency is paid first and tested afterwards. Without the test afterwards nobody ever looked whether there was an emergency."
-- innocent   = ["The emergency log or the survey sheet is on paper and was not entered.", "The family moved on, left hospital or died before anybody could visit.", "Roads or an epidemic kept the township from visiting in time."]
-- blind      = ["A survey date entered without a visit.", "Pay-first grants that were not marked as such: see C09."]
-- basis      = ["2020年《关于改革完善社会救助制度的意见》第15项", "国发〔2014〕47号"]
-- [exemptions.followed_up]
-- zh       = "已在期限内补办入户调查"
-- en       = "the survey followed in time"

-- The decision day of each pay-first grant against the survey.
WITH first_paid AS (
    SELECT s.application_key, s.household_key, s.application_no, s.surveyed_on, h.region_code,
           -- Where the day is not told, the last that its month can mean speaks for the office.
           coalesce(s.decided_on, CASE WHEN g.from_month IS NOT NULL THEN greatest(s.applied_on, day_add(month_after(g.from_month), -1)) END) AS granted_on, s.row_id AS row_application, g.award_key, g.row_award, g.row_payment
    FROM   application AS s
    JOIN   household   AS h ON h.household_key = s.household_key
    LEFT   JOIN temporary_grant AS g ON g.application_key = s.application_key
    WHERE  s.programme = 'temporary' AND s.emergency
      AND  (s.decision = 'approved' OR g.award_key IS NOT NULL)
),
due AS (
    SELECT *, CAST(local_number(region_code, 'emergency_followup_days', granted_on) AS BIGINT) AS day_limit,
           day_add(granted_on, CAST(local_number(region_code, 'emergency_followup_days', granted_on) AS BIGINT)) AS due_on
    FROM   first_paid
)
SELECT application_key AS subject_key, household_key, award_key, application_key, month_of(granted_on) AS month,
       CASE WHEN surveyed_on <= due_on THEN 'followed_up' END AS exemption,
       application_no, granted_on, day_limit AS limit,
       CASE WHEN surveyed_on <= due_on THEN concat(CAST(surveyed_on AS VARCHAR), '入户调查')
            WHEN surveyed_on > due_on THEN concat('迟至', CAST(surveyed_on AS VARCHAR), '才入户调查')
            ELSE '至今未见入户调查' END AS state_zh,
       CASE WHEN surveyed_on <= due_on THEN concat('the survey was made on ', CAST(surveyed_on AS VARCHAR))
            WHEN surveyed_on > due_on THEN concat('the survey was not made until ', CAST(surveyed_on AS VARCHAR))
            ELSE 'no survey has been made' END AS state_en,
       row_application, row_award, row_payment
FROM   due
WHERE  surveyed_on > granted_on OR (surveyed_on IS NULL AND due_on < $as_of)
ORDER  BY subject_key, exemption, month
