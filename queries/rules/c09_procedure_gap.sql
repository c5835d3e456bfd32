-- id         = "c09_procedure_gap"
-- typology   = "C09"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "governance"
-- subject    = "application"
-- reads      = ["application", "award", "household", "quarantine"]
-- columns    = ["application.emergency"]
-- # The office's own file shows the gap; about a quarter turn out to be steps done on paper and entered late.
-- prior      = 0.7
-- reason_zh  = "{name}家庭的{programme_zh}（{number}）{faults_zh}。"
-- reason_en  = "{programme_en} of the household of {name} ({number}): {faults_en}."
-- why        = "Survey, second surveyor, public notice and waiting for its end are what keeps a favour from becoming a benefit; nobody enters without the procedure."
-- innocent   = ["The steps were done on paper and entered later, with the day of entry as their date.", "Entered in bulk when an old register was taken over.", "The notice hung in the village and only its dates were not entered.", "A rise of the standard was entered as a new award and the application number was left out."]
-- blind      = ["Steps whose dates are right and that never took place.", "More surveyors than the two that the file can name.", "A step whose column was not handed over at all: nothing is said of it."]
-- basis      = ["民发〔2021〕57号 art. 16, 19 to 23 and 28"]
-- [exemptions.emergency]
-- zh       = "急难型临时救助可先行救助、后补手续"
-- en       = "emergency temporary aid is paid first, the paperwork follows"
-- contract = "emergency temporary aid"

-- What the file of each approved application lacks, and awards that rest on no application. What was awarded was
-- approved, whatever the file says. A step that the
-- whole export does not know is not held against anybody.
WITH kept AS (
    SELECT count(surveyed_on) AS surveys, count(days_between(notice_from, notice_to)) AS notices,
           CASE WHEN count(surveyor_1) > 0 THEN 1 ELSE 0 END + CASE WHEN count(surveyor_2) > 0 THEN 1 ELSE 0 END AS surveyors
    FROM   application
),
filed AS (
    SELECT s.application_key, s.household_key, s.application_no, s.programme, s.applied_on, s.surveyed_on, s.decided_on,
           s.notice_to, days_between(s.notice_from, s.notice_to) AS notice_length,
           coalesce(s.decided_on, s.applied_on) AS on_day, s.row_id AS row_application,
           coalesce(s.emergency, false) AND s.programme = 'temporary' AS emergency,
           CASE WHEN s.surveyor_1 IS NULL THEN 0 ELSE 1 END
             + CASE WHEN s.surveyor_2 IS NULL OR s.surveyor_2 = s.surveyor_1 THEN 0 ELSE 1 END AS surveyors,
           least(local_number(h.region_code, 'min_surveyors', coalesce(s.decided_on, s.applied_on)), k.surveyors) AS min_surveyors,
           local_number(h.region_code, 'notice_days', coalesce(s.decided_on, s.applied_on)) AS notice_days,
           k.surveys > 0 AS surveys_kept, k.notices > 0 AS notices_kept
    FROM   application AS s
    JOIN   household   AS h ON h.household_key = s.household_key
    LEFT   JOIN (SELECT DISTINCT application_key FROM award) AS a ON a.application_key = s.application_key
    CROSS  JOIN kept   AS k
    WHERE  s.decision = 'approved' OR a.application_key IS NOT NULL
),
judged AS (
    SELECT *,
           surveys_kept AND surveyed_on IS NULL AS no_survey,
           surveyors < min_surveyors AND (surveyed_on IS NOT NULL OR NOT surveys_kept) AS few_surveyors,
           notices_kept AND notice_length IS NULL AS no_notice,
           coalesce(notice_length < notice_days, false) AS short_notice,
           coalesce(decided_on < notice_to, false) AS early_decision,
           coalesce(applied_on = surveyed_on AND surveyed_on = decided_on, false) AS one_day
    FROM   filed
),
skipped AS (
    SELECT application_key AS subject_key, CAST(NULL AS VARCHAR) AS subject_no, household_key, CAST(NULL AS INT) AS award_key, application_key,
           month_of(on_day) AS month_from, month_of(on_day) AS month_to, programme,
           CASE WHEN emergency THEN 'emergency' END AS exempt_as, application_no AS number,
           concat_ws('、', CASE WHEN no_survey THEN '无入户调查日期' END,
                     CASE WHEN few_surveyors THEN concat('仅', CAST(surveyors AS VARCHAR), '人调查') END,
                     CASE WHEN no_notice THEN '无公示记录' END,
                     CASE WHEN short_notice THEN concat('公示仅', CAST(notice_length AS VARCHAR), '天') END,
                     CASE WHEN early_decision THEN concat('公示至', CAST(notice_to AS VARCHAR), '而', CAST(decided_on AS VARCHAR), '已审批') END,
                     CASE WHEN one_day THEN concat('申请、调查、审批均在', CAST(decided_on AS VARCHAR), '一日内完成') END) AS faults_zh,
           concat_ws('; ', CASE WHEN no_survey THEN 'no survey date' END,
                     CASE WHEN few_surveyors THEN concat(CAST(surveyors AS VARCHAR), ' surveyor(s) only') END,
                     CASE WHEN no_notice THEN 'no public notice on record' END,
                     CASE WHEN short_notice THEN concat('a notice of only ', CAST(notice_length AS VARCHAR), ' days') END,
                     CASE WHEN early_decision THEN concat('decided on ', CAST(decided_on AS VARCHAR), ' with the notice running to ', CAST(notice_to AS VARCHAR)) END,
                     CASE WHEN one_day THEN concat('applied, surveyed and decided on the one day ', CAST(decided_on AS VARCHAR)) END) AS faults_en,
           row_application, CAST(NULL AS BIGINT) AS row_award, CAST(NULL AS BIGINT) AS against_application
    FROM   judged
    WHERE  no_survey OR few_surveyors OR no_notice OR short_notice OR early_decision OR one_day
),
alone AS (
    -- A chain of such awards is one benefit: the finding is of its last award.
    SELECT a.household_key, a.programme, a.start_month, a.end_month, a.row_id AS row_award,
           first_value(a.award_key) OVER chain AS last_award_key, first_value(a.award_no) OVER chain AS last_award_no
    FROM   award AS a
    CROSS  JOIN (SELECT count(application_no) AS numbers FROM award) AS k
    CROSS  JOIN (SELECT month_of(min(applied_on)) AS first_month FROM application) AS f
    LEFT   JOIN (SELECT DISTINCT a.application_no
                 FROM   award      AS a
                 JOIN   quarantine AS q ON q.table_name = 'application' AND strpos(q.raw, a.application_no) > 0
                 WHERE  a.application_key IS NULL) AS u
           ON u.application_no = a.application_no
    -- A number that names no application is none, unless the list begins later or its row could not be read.
    WHERE  k.numbers > 0
      AND  (a.application_no IS NULL OR (a.application_key IS NULL AND a.start_month > f.first_month AND u.application_no IS NULL))
    WINDOW chain AS (PARTITION BY a.household_key, a.programme ORDER BY a.start_month DESC, a.award_key DESC)
),
approved AS (
    SELECT household_key, programme, min(row_id) AS row_application
    FROM   application
    WHERE  decision = 'approved'
    GROUP  BY household_key, programme
),
entered AS (
    -- It has no application to be named by; the negative keys are nobody else's.
    SELECT CAST(-1 - n.last_award_key AS INT), n.last_award_no AS subject_no, n.household_key, n.last_award_key, CAST(NULL AS INT) AS application_key,
           n.start_month AS month_from, greatest(n.start_month, least(coalesce(n.end_month, $window_to), $window_to)), n.programme,
           CAST(NULL AS VARCHAR) AS exempt_as, n.last_award_no AS number, '无申请即纳入救助', 'awarded without any application',
           CAST(NULL AS BIGINT) AS row_application, n.row_award, p.row_application AS against_application
    FROM   alone AS n
    LEFT   JOIN approved AS p ON p.household_key = n.household_key AND p.programme = n.programme
)
SELECT subject_key, subject_no, household_key, award_key, application_key, month_from, month_to,
       CASE exempt_as WHEN 'emergency' THEN 'emergency' END AS exemption,
       CASE programme WHEN 'dibao' THEN '低保' WHEN 'tekun' THEN '特困供养' WHEN 'temporary' THEN '临时救助' WHEN 'medical' THEN '医疗救助' ELSE '救助' END AS programme_zh,
       CASE programme WHEN 'dibao' THEN 'dibao' WHEN 'tekun' THEN 'tekun' WHEN 'temporary' THEN 'temporary aid' WHEN 'medical' THEN 'medical aid' ELSE 'assistance' END AS programme_en,
       number, faults_zh, faults_en, row_application, row_award, against_application
FROM   (SELECT * FROM skipped UNION ALL SELECT * FROM entered) AS gap
ORDER  BY subject_key, exemption, month_from, row_award
