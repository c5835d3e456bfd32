-- id         = "e03_stopped_without_notice"
-- typology   = "E03"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "exclusion"
-- subject    = "award"
-- reads      = ["award", "award_member", "identity", "death_record"]
-- columns    = ["award.stop_notice_on", "award.end_month"]
-- # The missing date is a fact; whether a notice was handed over on paper is what a check finds out.
-- prior      = 0.65
-- reason_zh  = "{name}的待遇{award_no}自{month_from}起停发，保障对象{alive}等仍健在，未见停发告知，也无后续待遇。"
-- reason_en  = "The benefit {award_no} of {name} was stopped from {month_from}; {alive} and whoever else was covered live on, there is no stop notice, and no benefit follows."
-- why        = "Who is not told cannot object: families are dropped when a head dies or a campaign counts removals, and the money meant for them goes unasked for."
-- innocent   = ["The notice was given by hand and its date not entered.", "The family gave the benefit up in writing.", "It moved to another county and is assisted there.", "Death of the last member not yet in any register."]
-- blind      = ["A notice dated and never delivered, or one that came after the stop.", "A single member dropped from an award that goes on."]
-- basis      = ["民发〔2021〕57号 art. 32"]
-- [exemptions.all_died]
-- zh       = "保障对象均已死亡，待遇随之终止"
-- en       = "all covered persons had died and the benefit ended with them"
-- contract = "all covered persons died"
-- [exemptions.moved_to_another_award]
-- zh       = "家庭已转入后续待遇"
-- en       = "the household went on under another award"
-- contract = "household moved to another award"

-- The end of a row is no stop where the household has a later award: one that runs longer and began after the ended
-- one, or covers all who live on. What merely goes on beside it, for others, stands in for nothing. Where the later one
-- is of another benefit, or somebody has left or died meanwhile, the household moved; where it is the next row of the
-- same benefit for the same people, nothing happened and no row comes out. Temporary grants just end.
WITH benefit AS (
    SELECT award_key, household_key, award_no, programme, coalesce(application_key, -1) AS chain, start_month, end_month, stop_notice_on, row_id AS row_award
    FROM   award
    WHERE  programme IN ('dibao', 'tekun')
),
ended AS (
    SELECT * FROM benefit WHERE end_month < month_of($as_of) AND stop_notice_on IS NULL
),
person AS (
    SELECT e.award_key, m.person_key, min(m.row_id) AS row_award_member, min(d.row_death) AS row_death,
           -- Who died in the last paid month or the next could not be told.
           max(CASE WHEN d.died_on < month_add(e.end_month, 2) THEN 1 ELSE 0 END) AS dead, min(i.name) AS name
    FROM   ended        AS e
    JOIN   award_member AS m ON m.award_key = e.award_key
    JOIN   identity     AS i ON i.person_key = m.person_key
    LEFT   JOIN death_record AS d ON d.person_key = m.person_key AND d.choice = 1 AND d.doubt IS NULL
    WHERE  coalesce(m.from_month, e.end_month) <= e.end_month AND coalesce(m.to_month, e.end_month) >= e.end_month
    GROUP  BY e.award_key, m.person_key
),
other AS (
    SELECT e.award_key, b.award_key AS later_award_key, b.row_award AS row_award_later, b.start_month, coalesce(b.end_month, DATE '2999-12-01') AS end_month,
           -- A conversion may overlap by a month; what began before that ran beside.
           b.start_month > e.start_month AND b.start_month >= e.end_month AS begun_later, CASE WHEN b.programme = e.programme AND b.chain = e.chain THEN 1 ELSE 0 END AS same_benefit
    FROM   ended   AS e
    JOIN   benefit AS b ON b.household_key = e.household_key AND b.award_key <> e.award_key
    WHERE  coalesce(b.end_month, DATE '2999-12-01') > e.end_month
),
kept AS (
    -- Whom of the ended award each of the others covers beyond its end.
    SELECT o.award_key, o.later_award_key, o.row_award_later, o.start_month, o.end_month, o.begun_later, o.same_benefit,
           count(DISTINCT CASE WHEN p.dead = 0 THEN p.person_key END) AS living,
           count(DISTINCT CASE WHEN p.dead = 0 AND k.person_key IS NOT NULL THEN p.person_key END) AS living_kept,
           count(DISTINCT CASE WHEN k.person_key IS NULL OR p.row_death IS NOT NULL THEN p.person_key END) AS changed
    FROM   other  AS o
    JOIN   ended  AS e ON e.award_key = o.award_key
    JOIN   person AS p ON p.award_key = o.award_key
    LEFT   JOIN award_member AS k
           ON k.award_key = o.later_award_key AND k.person_key = p.person_key AND coalesce(k.to_month, DATE '2999-12-01') > e.end_month
    GROUP  BY o.award_key, o.later_award_key, o.row_award_later, o.start_month, o.end_month, o.begun_later, o.same_benefit
),
later AS (
    -- Of several the one that runs longest, and of those the one that begins last.
    SELECT *, row_number() OVER (PARTITION BY award_key ORDER BY end_month DESC, start_month DESC, later_award_key DESC) AS nth
    FROM   kept
    WHERE  begun_later OR (living > 0 AND living_kept = living)
),
judged AS (
    SELECT e.award_key, e.household_key, e.award_no, e.end_month, e.row_award, l.row_award_later, l.same_benefit, l.changed,
           min(p.dead) AS all_dead,
           min(CASE WHEN p.dead = 0 THEN p.name END) AS alive, min(CASE WHEN p.dead = 0 THEN p.row_award_member END) AS row_award_member,
           min(CASE WHEN p.dead = 1 THEN p.row_death END) AS row_death
    FROM   ended  AS e
    JOIN   person AS p ON p.award_key = e.award_key
    LEFT   JOIN later AS l ON l.award_key = e.award_key AND l.nth = 1
    GROUP  BY e.award_key, e.household_key, e.award_no, e.end_month, e.row_award, l.row_award_later, l.same_benefit, l.changed
)
SELECT award_key AS subject_key, household_key, award_key, month_after(end_month) AS month,
       CASE WHEN row_award_later IS NOT NULL THEN 'moved_to_another_award' WHEN all_dead = 1 THEN 'all_died' END AS exemption,
       award_no, coalesce(alive, '—') AS alive,
       row_award, row_award_member, row_award_later AS against_award, row_death AS against_death
FROM   judged
WHERE  row_award_later IS NULL OR same_benefit = 0 OR changed > 0
ORDER  BY subject_key, exemption, month
