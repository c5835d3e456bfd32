-- id         = "q03_family_size_mismatch"
-- typology   = "Q03"
-- version    = 2
-- status     = "experimental"
-- severity   = 1
-- queue      = "data_quality"
-- subject    = "household"
-- reads      = ["household", "household_member"]
-- needs      = ["household.family_size"]
-- # Two numbers of one file compared.
-- prior      = 0.9
-- reason_zh  = "{name}家庭登记人口{declared}人，现有成员名单{listed}人。"
-- reason_en  = "The household of {name} is entered with {declared} persons; its list of members has {listed}."
-- why        = "Amounts follow the number of persons: one of the two is wrong, and with it perhaps the benefit."
-- innocent   = ["A birth, death or move entered in one place and not yet in the other.", "The number counts a member who is not supported."]
-- blind      = ["Both numbers wrong alike."]
-- basis      = ["民发〔2021〕57号 art. 7"]

-- Members on the as-of date. A household without any member row has no list to compare.
WITH listed AS (
    SELECT m.household_key, min(m.row_id) AS row_household_member,
           count(DISTINCT CASE WHEN coalesce(m.joined_on, $as_of) <= $as_of AND coalesce(m.left_on, $as_of) >= $as_of THEN m.person_key END) AS listed
    FROM   household_member AS m
    GROUP  BY m.household_key
)
SELECT h.household_key AS subject_key, h.household_key, h.family_size AS declared, l.listed,
       h.row_id AS row_household, l.row_household_member
FROM   household AS h
JOIN   listed    AS l ON l.household_key = h.household_key
WHERE  h.family_size IS NOT NULL AND h.family_size <> l.listed
ORDER  BY subject_key
