-- id         = "c02_declared_not_visited"
-- typology   = "C02"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "governance"
-- subject    = "household"
-- reads      = ["relative_declaration", "decision", "award_member", "official", "identity"]
-- optional   = ["official"]
-- columns    = ["relative_declaration.visited_on"]
-- # The office's own list shows the gap; what fails is a visit recorded on paper alone.
-- prior      = 0.7
-- reason_zh  = "该户成员{relative_name}于{declared_on}备案为{official_name}的近亲属，救助于{decided_on}审批通过，{visit_zh}，未按规定在确认前由县级入户核查。"
-- reason_en  = "The member {relative_name} was declared as a relative of {official_name} on {declared_on}, the assistance was approved on {decided_on}, and {visit_en}: the county has to visit before it confirms."
-- why        = "The declaration exists so that the county sees the family itself; without the visit it is a paper that protects nobody, neither the fund nor the family from talk."
-- innocent   = ["The visit was recorded under another declaration of the same case.", "The visit was made and recorded on paper only.", "The family was visited under the township's own survey with the county present.", "The date of the visit was entered when the report was filed."]
-- blind      = ["A visit that was recorded and never made.", "Relatives whom nobody declared: see C01."]
-- basis      = ["民发〔2021〕57号 art. 20"]

-- A declaration belongs to a standing benefit before a single grant, to the first decision on or after its day
-- before an earlier one. A benefit whose day of decision is not recorded is held against its first month's end.
WITH declared AS (
    SELECT d.row_id AS row_relative_declaration, d.official_key, d.relative_key, d.relative_name, d.declared_on, d.visited_on,
           coalesce(d.household_key, m.household_key) AS household_key
    FROM   relative_declaration AS d
    LEFT   JOIN (SELECT person_key, min(household_key) AS household_key FROM award_member GROUP BY person_key) AS m
           ON m.person_key = d.relative_key
),
meeting AS (
    SELECT d.*, c.programme, c.benefit, c.application_key, c.award_key, c.decided_on, c.row_application, c.row_award,
           coalesce(d.visited_on <= CASE WHEN c.dated THEN c.decided_on ELSE day_add(month_after(c.decided_on), -1) END, false) AS visited,
           CASE WHEN c.programme IN ('dibao', 'tekun') THEN 0 ELSE 1 END AS single_grant,
           CASE WHEN c.decided_on >= d.declared_on THEN 0 ELSE 1 END AS earlier,
           abs(days_between(d.declared_on, c.decided_on)) AS distance
    FROM   declared AS d
    JOIN   decision AS c ON c.household_key = d.household_key
    WHERE  c.award_key IS NOT NULL
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY row_relative_declaration ORDER BY single_grant, earlier, distance, benefit) AS nth
    FROM   meeting
),
judged AS (
    -- A visit under another declaration of the case speaks for the family and is shown.
    SELECT *, max(CASE WHEN visited THEN row_relative_declaration END) OVER (PARTITION BY household_key, programme, benefit) AS row_visited
    FROM   placed
    WHERE  nth = 1
)
SELECT r.household_key AS subject_key, r.household_key, r.award_key, r.application_key, r.official_key, r.relative_key AS person_key,
       month_of(r.decided_on) AS month,
       r.decided_on, r.decided_on AS known_on, r.declared_on, coalesce(r.relative_name, i.name, '') AS relative_name, coalesce(o.name, '工作人员') AS official_name,
       CASE WHEN r.visited_on IS NULL THEN '至今无入户核查日期' ELSE concat('入户核查迟至', CAST(r.visited_on AS VARCHAR)) END AS visit_zh,
       CASE WHEN r.visited_on IS NULL THEN 'no visit is recorded' ELSE concat('the visit followed only on ', CAST(r.visited_on AS VARCHAR)) END AS visit_en,
       r.row_relative_declaration, r.row_application, r.row_award, r.row_visited AS against_relative_declaration
FROM   judged AS r
LEFT   JOIN identity AS i ON i.person_key = r.relative_key
LEFT   JOIN official AS o ON o.official_key = r.official_key
WHERE  NOT r.visited
ORDER  BY subject_key, month, row_relative_declaration
