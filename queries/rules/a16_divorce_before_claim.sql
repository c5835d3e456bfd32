-- id         = "a16_divorce_before_claim"
-- typology   = "A16"
-- version    = 2
-- status     = "experimental"
-- severity   = 1
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["household", "household_member", "application", "marriage", "person", "identity"]
-- needs      = ["person.address"]
-- columns    = ["marriage.dissolved_on"]
-- # Divorce makes people poor, and many cannot afford to move out: an auxiliary sign that says little by itself.
-- prior      = 0.15
-- reason_zh  = "{member}与{spouse}{divorced_on}离婚，{applied_on}即提出救助申请，二人登记住址至今相同（{address}），须核实是否仍共同生活。"
-- reason_en  = "{member} and {spouse} were divorced on {divorced_on}; on {applied_on} the household applied, while both are still registered at one address ({address}): to be checked whether they live together."
-- why        = "A divorce on paper takes one earner's income and property out of the test. Alone it proves nothing; together with property of the former spouse it explains a claim."
-- innocent   = ["Divorced in earnest and without the means to move: separate rooms, separate meals.", "Moved out and the household register was never changed.", "Violence or illness behind the divorce, which is also why help was asked for.", "A village address that many houses share."]
-- blind      = ["Divorces by a court that the register does not hold.", "Where people live: addresses are those of the household register.", "Couples who never married."]
-- basis      = ["民发〔2021〕57号 art. 17 (auxiliary information)", "社会救助暂行办法 art. 68"]
-- [exemptions.different_addresses]
-- zh       = "离婚后住址不同"
-- en       = "the two have different addresses"
-- contract = "different addresses"
-- [exemptions.name_mismatch]
-- zh       = "婚姻登记的姓名与本人不符，可能属于他人"
-- en       = "the marriage register bears another name and may mean another person"

-- Divorces are few: each spouse's own household, then its applications. N months are up on the day N months later.
WITH divorce AS (
    SELECT person_key_a AS person_key, person_key_b AS spouse_key, name_a AS name, name_b AS spouse_name, dissolved_on, row_id AS row_marriage
    FROM   marriage
    WHERE  dissolved_on IS NOT NULL
    UNION  ALL
    SELECT person_key_b, person_key_a, name_b, name_a, dissolved_on, row_id
    FROM   marriage
    WHERE  dissolved_on IS NOT NULL
),
claim AS (
    SELECT h.household_key, d.person_key, d.spouse_key, d.name, d.spouse_name, d.dissolved_on, d.row_marriage,
           p.application_key, p.applied_on, p.row_id AS row_application, m.row_id AS row_household_member,
           CAST(local_number(h.region_code, 'divorce_months', p.applied_on) AS BIGINT) AS divorce_months
    FROM   divorce          AS d
    JOIN   household_member AS m ON m.person_key = d.person_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   application      AS p ON p.household_key = h.household_key
    WHERE  p.programme IN ('dibao', 'tekun')
      AND  d.dissolved_on <= p.applied_on
      AND  coalesce(m.left_on, p.applied_on) >= p.applied_on
),
close AS (
    SELECT * FROM claim
    WHERE  months_between(dissolved_on, applied_on) < divorce_months
       OR  (months_between(dissolved_on, applied_on) = divorce_months AND date_part('day', applied_on) <= date_part('day', dissolved_on))
),
home AS (
    SELECT person_key, min(address) AS address, min(row_id) AS row_person FROM person WHERE address IS NOT NULL GROUP BY person_key
),
judged AS (
    SELECT c.*, i.name AS member, s.name AS spouse, a.address, a.row_person, b.row_person AS row_person_spouse,
           CASE WHEN NOT coalesce(names_match(c.name, i.name), true) OR NOT coalesce(names_match(c.spouse_name, s.name), true) THEN 'name_mismatch'
                WHEN name_normal(a.address) <> name_normal(b.address) THEN 'different_addresses' END AS exempt_as
    FROM   close    AS c
    JOIN   identity AS i ON i.person_key = c.person_key
    JOIN   identity AS s ON s.person_key = c.spouse_key
    JOIN   home     AS a ON a.person_key = c.person_key
    JOIN   home     AS b ON b.person_key = c.spouse_key
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY household_key
                                 ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, applied_on, dissolved_on, row_marriage, person_key, row_household_member) AS nth
    FROM   judged
)
SELECT household_key AS subject_key, household_key, person_key, application_key,
       CASE exempt_as WHEN 'different_addresses' THEN 'different_addresses' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       member, spouse, dissolved_on AS divorced_on, applied_on, address, dissolved_on AS known_on,
       row_marriage, row_application, row_household_member, row_person, row_person_spouse
FROM   ranked
WHERE  nth = 1
ORDER  BY subject_key, exemption, application_key
