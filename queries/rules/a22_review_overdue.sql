-- id         = "a22_review_overdue"
-- typology   = "A22"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "governance"
-- subject    = "award"
-- reads      = ["award", "application", "household", "household_member", "identity", "disability"]
-- optional   = ["application"]
-- columns    = ["award.last_review_on"]
-- # The office's own dates; reviews done and not entered are what speaks against it.
-- prior      = 0.7
-- reason_zh  = "{name}的待遇{award_no}最近一次复核（或确认）为{reviewed_on}，{able_zh}应每{term}个月复核一次，至今已逾期（{month_from}到期）。"
-- reason_en  = "The benefit {award_no} of {name} was last reviewed or decided on {reviewed_on}; {able_en} it is due every {term} months and has been overdue since {month_from}."
-- why        = "Reviews are where deaths, moves and new wages are noticed; a benefit nobody looks at runs on, and a family whose need grew gets no more."
-- innocent   = ["The review was done on paper and not entered.", "Reviews were suspended in a major emergency.", "The member of working age is a student, pregnant, or ill without a certificate, and the stable term applies.", "A province that keeps its own cycle for the tiers, without a local rule here."]
-- blind      = ["Reviews entered without a visit.", "Unstable circumstances other than ability to work."]
-- basis      = ["民发〔2021〕57号 art. 31"]
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民发〔2021〕57号 art. 31: families with members able to work are reviewed every half year; working age is 16 to 59"
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "民发〔2021〕57号 art. 31: a disability of grade 1 to 3 takes the ability to work"

-- A chain of awards under one application is one benefit: its latest review counts, whichever row bears it. Members
-- are looked up only for benefits that the shorter term makes overdue. A month that has begun counts whole.
WITH benefit AS (
    SELECT household_key, programme, application_key, min(start_month) AS started,
           max(CASE WHEN last_review_on <= $as_of THEN last_review_on END) AS last_review_on,
           max(CASE WHEN start_month <= $as_of AND coalesce(end_month, $as_of) >= month_of($as_of) THEN award_key END) AS award_key
    FROM   award
    WHERE  programme IN ('dibao', 'tekun')
    GROUP  BY household_key, programme, application_key
),
clocked AS (
    SELECT b.household_key, b.award_key, coalesce(b.last_review_on, p.decided_on, b.started) AS reviewed_on, p.row_id AS row_application,
           local_number(h.region_code, 'review_months_stable', $as_of) AS stable,
           local_number(h.region_code, 'review_months_unstable', $as_of) AS unstable
    FROM   benefit          AS b
    JOIN   household        AS h ON h.household_key = b.household_key
    LEFT   JOIN application AS p ON p.application_key = b.application_key
    WHERE  b.award_key IS NOT NULL
),
aged AS (
    SELECT *, months_between(reviewed_on, $as_of) + CASE WHEN date_part('day', $as_of) > date_part('day', reviewed_on) THEN 1 ELSE 0 END AS age
    FROM   clocked
),
old AS (
    SELECT * FROM aged WHERE age > least(stable, unstable)
),
able AS (
    SELECT o.award_key, min(m.row_id) AS row_household_member
    FROM   old              AS o
    JOIN   household_member AS m ON m.household_key = o.household_key
    JOIN   identity         AS i ON i.person_key = m.person_key
    LEFT   JOIN disability  AS d ON d.person_key = m.person_key AND d.grade <= 3 AND coalesce(d.to_date, $as_of) >= $as_of
    WHERE  coalesce(m.joined_on, $as_of) <= $as_of AND coalesce(m.left_on, $as_of + INTERVAL '1 day') > $as_of
      AND  i.birth_date <= $as_of - INTERVAL '16 years' AND i.birth_date > $as_of - INTERVAL '60 years'
      AND  d.row_id IS NULL
    GROUP  BY o.award_key
),
judged AS (
    SELECT o.*, b.row_household_member, CASE WHEN b.award_key IS NULL THEN o.stable ELSE o.unstable END AS term
    FROM   old       AS o
    LEFT   JOIN able AS b ON b.award_key = o.award_key
)
SELECT j.award_key AS subject_key, j.household_key, j.award_key,
       month_add(j.reviewed_on, CAST(j.term AS BIGINT)) AS month_from, month_of($as_of) AS month_to,
       a.award_no, j.reviewed_on, j.term,
       CASE WHEN j.row_household_member IS NULL THEN '' ELSE '家庭有劳动能力成员，' END AS able_zh,
       CASE WHEN j.row_household_member IS NULL THEN 'for this family' ELSE 'with a member able to work' END AS able_en,
       a.row_id AS row_award, j.row_application, j.row_household_member
FROM   judged AS j
JOIN   award  AS a ON a.award_key = j.award_key
WHERE  j.age > j.term
ORDER  BY subject_key
