-- id         = "a13_undisclosed_spouse"
-- typology   = "A13"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household_member", "identity", "marriage", "paid_run", "detention", "death_record"]
-- optional   = ["detention"]
-- columns    = ["marriage.dissolved_on", "award.single_person"]
-- # Separation without divorce is common among the poor; half of such couples do live together.
-- prior      = 0.45
-- reason_zh  = "{name}家庭成员{member}与{spouse}婚姻存续（{married_on}登记），{spouse}未列为共同生活家庭成员，{months}个月（{month_from}至{month_to}）领取救助，涉及{amount}元。"
-- reason_en  = "{member}, of the household of {name}, is married to {spouse} (registered {married_on}), who is not listed as a member; {months} months were paid ({month_from} to {month_to}), {amount} yuan."
-- why        = "A spouse belongs to the household by law, with income and property: left out, neither is tested."
-- innocent   = ["The spouse was listed once and left: the office then knows of the marriage, and often a death that no register holds is behind it.", "Separated for years without a divorce, whereabouts unknown, or declared missing.", "The spouse works far away and sends nothing: the family should still list him, and may still qualify.", "Divorced by a court and never entered in the register.", "The spouse is cared for in an institution or supported by another programme.", "In a monastery for three years or more."]
-- blind      = ["Couples who never registered.", "Marriages registered in another province.", "The spouse's means: see A07, A09 and A11 of the spouse's own number."]
-- basis      = ["民发〔2021〕57号 art. 7（配偶为共同生活的家庭成员）", "社会救助暂行办法 art. 68"]
-- [exemptions.spouse_dead]
-- zh       = "配偶已死亡"
-- en       = "the spouse is dead"
-- contract = "spouse dead or detained"
-- [exemptions.spouse_detained]
-- zh       = "配偶正在服刑或被强制隔离戒毒"
-- en       = "the spouse is in prison or compulsory rehabilitation"
-- contract = "spouse dead or detained"
-- [exemptions.single_person_award]
-- zh       = "按单人户政策单独纳入"
-- en       = "admitted alone under the single-person rule"
-- contract = "single_person award"
-- [exemptions.name_mismatch]
-- zh       = "婚姻登记的姓名与本人不符，可能属于他人"
-- en       = "the marriage register bears another name and may mean another person"

-- Members' marriages in whole months, less those whose spouse was a member all the while; then the paid runs, cut where
-- the spouse died. What is left meets the payments, month by month against the spouse's membership and detention.
WITH couple AS (
    SELECT person_key_a AS person_key, person_key_b AS spouse_key, name_a AS name, name_b AS spouse_name, registered_on, dissolved_on, row_id AS row_marriage
    FROM   marriage
    UNION  ALL
    SELECT person_key_b, person_key_a, name_b, name_a, registered_on, dissolved_on, row_id
    FROM   marriage
),
member AS (
    SELECT household_key, person_key, row_id AS row_household_member,
           coalesce(month_of(joined_on), DATE '1900-01-01') AS from_month, coalesce(month_of(left_on), DATE '2999-12-01') AS to_month
    FROM   household_member
    WHERE  person_key IS NOT NULL
),
gone AS (
    SELECT person_key, died_on, row_death FROM death_record WHERE choice = 1 AND doubt IS DISTINCT FROM 'name_mismatch'
),
married AS (
    -- From the first month that began married to the last that ended so, or in which the member lived.
    SELECT m.household_key, m.person_key, c.spouse_key, c.row_marriage, m.row_household_member,
           NOT coalesce(names_match(c.name, i.name), true) OR NOT coalesce(names_match(c.spouse_name, s.name), true) AS other_name,
           greatest(m.from_month, month_after(day_add(c.registered_on, -1))) AS from_month,
           least(m.to_month, coalesce(month_add(day_add(c.dissolved_on, 1), -1), m.to_month), coalesce(month_of(g.died_on), m.to_month)) AS to_month
    FROM   couple   AS c
    JOIN   member   AS m ON m.person_key = c.person_key
    JOIN   identity AS i ON i.person_key = c.person_key
    JOIN   identity AS s ON s.person_key = c.spouse_key
    LEFT   JOIN gone AS g ON g.person_key = c.person_key
    WHERE  c.spouse_key <> c.person_key
),
apart AS (
    SELECT w.*
    FROM   married AS w
    LEFT   JOIN member AS s
           ON s.household_key = w.household_key AND s.person_key = w.spouse_key AND s.from_month <= w.from_month AND s.to_month >= w.to_month
    WHERE  s.household_key IS NULL AND w.from_month <= w.to_month
),
hit AS (
    SELECT w.household_key, w.person_key, w.spouse_key, w.row_marriage, w.row_household_member, w.other_name,
           r.award_key, a.single_person, d.row_death, month_of(d.died_on) AS died_month,
           greatest(w.from_month, r.from_month) AS first_month, least(w.to_month, r.to_month) AS last_month
    FROM   apart    AS w
    JOIN   paid_run AS r ON r.household_key = w.household_key
    JOIN   award    AS a ON a.award_key = r.award_key
    LEFT   JOIN gone AS d ON d.person_key = w.spouse_key
    WHERE  a.programme IN ('dibao', 'tekun')
      AND  greatest(w.from_month, r.from_month) <= least(w.to_month, r.to_month)
),
cut AS (
    -- An exemption that lasts needs its first month only.
    SELECT *, first_month AS cut_from,
           CASE WHEN single_person OR other_name THEN first_month ELSE least(last_month, coalesce(month_add(died_month, -1), last_month)) END AS cut_to,
           CASE WHEN single_person THEN 'single_person_award' WHEN other_name THEN 'name_mismatch' END AS lasting
    FROM   hit
    UNION  ALL
    SELECT *, greatest(first_month, died_month), greatest(first_month, died_month), 'spouse_dead'
    FROM   hit
    WHERE  died_month <= last_month AND NOT coalesce(single_person, false) AND NOT other_name
),
monthly AS (
    SELECT c.household_key, c.person_key, c.spouse_key, c.row_marriage, c.row_household_member, c.award_key, c.lasting,
           CASE WHEN c.lasting = 'spouse_dead' THEN c.row_death END AS row_death,
           p.month, p.amount_fen, p.row_id AS row_payment
    FROM   cut     AS c
    JOIN   payment AS p ON p.award_key = c.award_key
    WHERE  c.cut_from <= c.cut_to
      AND  p.status = 'paid' AND p.amount_fen > 0 AND p.month >= c.cut_from AND p.month <= c.cut_to
),
judged AS (
    SELECT x.*, t.row_id AS row_detention,
           CASE WHEN x.lasting IS NOT NULL THEN x.lasting WHEN t.row_id IS NOT NULL THEN 'spouse_detained' END AS exempt_as
    FROM   monthly AS x
    LEFT   JOIN member AS s
           ON s.household_key = x.household_key AND s.person_key = x.spouse_key AND s.from_month <= x.month AND s.to_month >= x.month
    LEFT   JOIN detention AS t
           ON  t.person_key = x.spouse_key AND t.kind IN ('prison', 'compulsory_rehab')
           AND t.from_date < month_after(x.month) AND coalesce(t.to_date, x.month) >= x.month
    WHERE  s.household_key IS NULL
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY row_payment
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, row_marriage, row_household_member, row_detention) AS choice,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY month, row_payment, row_marriage, row_household_member, row_detention) AS nth
    FROM   judged
)
SELECT r.household_key AS subject_key, r.household_key, r.award_key, r.person_key, r.month, r.amount_fen,
       CASE r.exempt_as WHEN 'spouse_dead' THEN 'spouse_dead' WHEN 'spouse_detained' THEN 'spouse_detained'
                        WHEN 'single_person_award' THEN 'single_person_award' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       i.name AS member, s.name AS spouse, w.registered_on AS married_on, w.registered_on AS known_on,
       r.row_marriage, r.row_household_member, r.row_payment, r.row_death AS against_death, r.row_detention AS against_detention
FROM   ranked   AS r
JOIN   identity AS i ON i.person_key = r.person_key
JOIN   identity AS s ON s.person_key = r.spouse_key
JOIN   marriage AS w ON w.row_id = r.row_marriage
WHERE  (r.exempt_as IS NULL AND r.choice = 1) OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
