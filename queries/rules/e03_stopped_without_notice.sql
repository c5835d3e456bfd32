-- id         = "e03_stopped_without_notice"
-- typology   = "E03"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "exclusion"
-- subject    = "award"
-- reads      = ["award", "award_member", "identity", "death_record"]
-- columns    = ["award.stop_notice_on"]
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

-- The end of a row is no stop where the household has an award that runs longer. Where that one is of another
-- benefit, or somebody has left or died meanwhile, the household moved; where it is the next row of the same benefit
-- for the same people, nothing happened and no row comes out. Temporary grants just end.
WITH benefit AS (
    SELECT award_key, household_key, award_no, programme, coalesce(application_key, -1) AS chain, start_month, end_month, stop_notice_on, row_id AS row_award
    FROM   award
    WHERE  programme IN ('dibao', 'tekun')
),
ended AS (
    SELECT * FROM benefit WHERE end_month < month_of($as_of) AND stop_notice_on IS NULL
),
latest AS (
    -- The award of the household that runs longest, and of those the one that begins last.
    SELECT household_key, award_key, programme, chain, end_month, row_award,
           row_number() OVER (PARTITION BY household_key ORDER BY coalesce(end_month, DATE '2999-12-01') DESC, start_month DESC, award_key DESC) AS nth
    FROM   benefit
    WHERE  household_key IN (SELECT household_key FROM ended)
),
closed AS (
    SELECT e.*, CASE WHEN l.award_key IS NOT NULL THEN 1 ELSE 0 END AS continued, l.award_key AS later_award_key, l.row_award AS row_award_later,
           CASE WHEN l.programme = e.programme AND l.chain = e.chain THEN 1 ELSE 0 END AS same_benefit
    FROM   ended AS e
    LEFT   JOIN latest AS l
           ON  l.household_key = e.household_key AND l.nth = 1 AND l.award_key <> e.award_key
           AND coalesce(l.end_month, DATE '2999-12-01') > e.end_month
),
person AS (
    SELECT c.award_key, m.person_key, m.row_id AS row_award_member, d.row_death, k.person_key AS kept_key,
           -- Who died in the last paid month or the next could not be told.
           CASE WHEN d.died_on < month_add(c.end_month, 2) THEN 1 ELSE 0 END AS dead, i.name
    FROM   closed       AS c
    JOIN   award_member AS m ON m.award_key = c.award_key
    JOIN   identity     AS i ON i.person_key = m.person_key
    LEFT   JOIN death_record AS d ON d.person_key = m.person_key AND d.choice = 1 AND d.doubt IS NULL
    LEFT   JOIN award_member AS k ON k.award_key = c.later_award_key AND k.person_key = m.person_key
    WHERE  coalesce(m.from_month, c.end_month) <= c.end_month AND coalesce(m.to_month, c.end_month) >= c.end_month
),
judged AS (
    SELECT c.award_key, c.household_key, c.award_no, c.end_month, c.continued, c.same_benefit, c.row_award, c.row_award_later,
           min(p.dead) AS all_dead, count(CASE WHEN p.kept_key IS NULL OR p.row_death IS NOT NULL THEN 1 END) AS changed,
           min(CASE WHEN p.dead = 0 THEN p.name END) AS alive, min(CASE WHEN p.dead = 0 THEN p.row_award_member END) AS row_award_member,
           min(CASE WHEN p.dead = 1 THEN p.row_death END) AS row_death
    FROM   closed AS c
    JOIN   person AS p ON p.award_key = c.award_key
    GROUP  BY c.award_key, c.household_key, c.award_no, c.end_month, c.continued, c.same_benefit, c.row_award, c.row_award_later
)
SELECT award_key AS subject_key, household_key, award_key, month_after(end_month) AS month,
       CASE WHEN continued = 1 THEN 'moved_to_another_award' WHEN all_dead = 1 THEN 'all_died' END AS exemption,
       award_no, coalesce(alive, '—') AS alive,
       row_award, row_award_member, row_award_later AS against_award, row_death AS against_death
FROM   judged
WHERE  continued = 0 OR same_benefit = 0 OR changed > 0
ORDER  BY subject_key, exemption, month
