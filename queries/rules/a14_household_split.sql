-- id         = "a14_household_split"
-- typology   = "A14"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["household", "household_member", "application", "award", "payment", "marriage", "identity"]
-- needs      = ["household.address"]
-- columns    = ["household_member.left_on", "award.single_person", "application.decision"]
-- # Grown children do found households under their parents' roof; only a visit tells whether one family lives there or two.
-- prior      = 0.35
-- reason_zh  = "{head}于{left_on}退出{old_head}家庭（{old_household_no}），{applied_on}又以户主身份在同一住址（{address}）另立家庭申请救助，其后已领{months}个月，计{amount}元。"
-- reason_en  = "{head} left the household of {old_head} ({old_household_no}) on {left_on} and on {applied_on} headed a new household's application from the same address ({address}); {months} months were paid since, {amount} yuan."
-- why        = "A family whose income is counted together can pass the test by splitting on paper: the poorer part applies alone while all live on under one roof."
-- innocent   = ["A grown child really keeps a household of his own under the parents' roof: look for a second kitchen and a second meter.", "The old file was closed and the same family was given a new one.", "A village address without a house number, shared by a whole group.", "The person moved away and the new address was never entered."]
-- blind      = ["Splits in the household register before the first file.", "New households that give another address.", "Members of the new household other than its head."]
-- basis      = ["社会救助暂行办法 art. 68", "民发〔2021〕57号 art. 7"]
-- [exemptions.single_person_award]
-- zh       = "按单人户政策单独纳入"
-- en       = "admitted alone under the single-person rule"
-- contract = "single_person award"
-- [exemptions.married_inside_window]
-- zh       = "此期间结婚，另立家庭属实"
-- en       = "married inside the window: a household of its own"
-- contract = "married inside the window"

-- Heads who left another household before they applied; N months are up on the day N months later.
WITH split AS (
    SELECT h.household_key, h.head_key, h.region_code, h.address, i.name AS head,
           o.household_no AS old_household_no, o.head_name AS old_head, m.left_on,
           p.application_key, p.applied_on, CAST(local_number(h.region_code, 'split_months', p.applied_on) AS BIGINT) AS split_months,
           m.row_id AS row_household_member, p.row_id AS row_application, h.row_id AS row_household, o.row_id AS row_household_old
    FROM   household        AS h
    JOIN   household_member AS m ON m.person_key = h.head_key AND m.household_key <> h.household_key
    JOIN   household        AS o ON o.household_key = m.household_key
    JOIN   application      AS p ON p.household_key = h.household_key
    JOIN   identity         AS i ON i.person_key = h.head_key
    WHERE  m.left_on <= p.applied_on
      AND  p.programme IN ('dibao', 'tekun') AND coalesce(p.decision, 'pending') NOT IN ('refused', 'withdrawn')
      AND  name_normal(h.address) = name_normal(o.address)
),
close AS (
    SELECT * FROM split
    WHERE  months_between(left_on, applied_on) < split_months
       OR  (months_between(left_on, applied_on) = split_months AND date_part('day', applied_on) <= date_part('day', left_on))
),
wedding AS (
    SELECT person_key_a AS person_key, registered_on, row_id AS row_marriage FROM marriage
    UNION  ALL
    SELECT person_key_b, registered_on, row_id FROM marriage
),
judged AS (
    SELECT c.household_key, c.application_key, min(w.row_marriage) AS row_marriage,
           max(CASE WHEN a.single_person THEN 1 ELSE 0 END) AS single_person, min(a.row_id) AS row_award
    FROM   close        AS c
    LEFT   JOIN wedding AS w
           ON w.person_key = c.head_key AND w.registered_on <= c.applied_on
           AND (months_between(w.registered_on, c.applied_on) < c.split_months
                OR (months_between(w.registered_on, c.applied_on) = c.split_months AND date_part('day', c.applied_on) <= date_part('day', w.registered_on)))
    LEFT   JOIN award   AS a ON a.application_key = c.application_key
    GROUP  BY c.household_key, c.application_key
),
tested AS (
    SELECT c.*, j.row_marriage, j.row_award,
           CASE WHEN j.single_person = 1 THEN 'single_person_award' WHEN j.row_marriage IS NOT NULL THEN 'married_inside_window' END AS exempt_as
    FROM   close  AS c
    JOIN   judged AS j ON j.household_key = c.household_key AND j.application_key = c.application_key
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY household_key
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, applied_on, left_on DESC, row_household_member) AS nth
    FROM   tested
),
paid AS (
    -- The nearest of several splits stands for them.
    SELECT r.household_key, a.award_key, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   ranked  AS r
    JOIN   award   AS a ON a.application_key = r.application_key
    JOIN   payment AS p ON p.award_key = a.award_key
    WHERE  r.nth = 1 AND r.exempt_as IS NULL AND p.status = 'paid' AND p.amount_fen > 0
)
SELECT r.household_key AS subject_key, r.household_key, r.head_key AS person_key, r.application_key, p.award_key, p.month, p.amount_fen,
       CASE r.exempt_as WHEN 'single_person_award' THEN 'single_person_award' WHEN 'married_inside_window' THEN 'married_inside_window' END AS exemption,
       r.head, coalesce(r.old_head, '原') AS old_head, r.old_household_no, r.left_on, r.applied_on, r.address,
       r.row_household_member, r.row_application, r.row_household, r.row_household_old, r.row_award, p.row_payment,
       r.row_marriage AS against_marriage
FROM   ranked    AS r
LEFT   JOIN paid AS p ON p.household_key = r.household_key
WHERE  r.nth = 1
ORDER  BY subject_key, exemption, month, award_key, row_payment
