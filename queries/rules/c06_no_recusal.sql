-- id         = "c06_no_recusal"
-- typology   = "C06"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "application"
-- reads      = ["kin_case", "application", "official", "identity"]
-- one_of     = ["kinship", "marriage", "person"]
-- columns    = ["marriage.dissolved_on"]
-- # Roles and kinship are both on paper; what fails is a stand-in who signed in another's name, or a recorded waiver.
-- prior      = 0.65
-- reason_zh  = "{organisation}{post}{official_name}作为{role_zh}参与该申请（{decided_on}），申请家庭成员{relative_name}系其{relation_zh}，应回避而未回避。"
-- reason_en  = "{official_name} ({organisation}, {post}) took part in the application as {role_en} ({decided_on}), although a member of the family, {relative_name}, is {own_en}: recusal was due."
-- why        = "Nobody judges the case of a parent, a child, a spouse or a sibling without weight on the scale; even a right decision loses its worth when a relative signed it."
-- innocent   = ["A two-person township office or a small village where no other surveyor was at hand; look for a recorded waiver.", "The name was entered for the whole team and another person went.", "The roster number was typed for a colleague."]
-- blind      = ["Relatives by marriage where the locality counts close kin alone: 公务员法 art. 76 reaches further.", "Who decided in fact, if another signed.", "Votes in the village committee and appraisers at the notice."]
-- basis      = ["公务员法 art. 76", "监察法 art. 67 (by analogy)"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"

-- The parts of an application against the families' officials and their relatives on the day of the decision.
WITH part AS (
    SELECT application_key, handler_key AS official_key, 1 AS place FROM application WHERE handler_key IS NOT NULL
    UNION  ALL
    SELECT application_key, surveyor_1_key, 2 FROM application WHERE surveyor_1_key IS NOT NULL
    UNION  ALL
    SELECT application_key, surveyor_2_key, 2 FROM application WHERE surveyor_2_key IS NOT NULL
    UNION  ALL
    SELECT application_key, approver_key, 3 FROM application WHERE approver_key IS NOT NULL
),
close AS (
    SELECT *
    FROM   kin_case
    WHERE  application_key IS NOT NULL
      AND  (depth = 'close' OR (depth = 'extended' AND local_text(region_code, 'kin_depth', decided_on) = 'extended'))
)
SELECT DISTINCT k.application_key AS subject_key, k.application_key, k.household_key, k.award_key, k.official_key, k.person_key,
       month_of(k.decided_on) AS month,
       k.decided_on, k.decided_on AS known_on, coalesce(o.name, '某工作人员') AS official_name, coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post, i.name AS relative_name, k.relation_zh,
       CASE k.kin WHEN 0 THEN 'the official in person' ELSE concat('a ', k.relation_en, ' of this official') END AS own_en,
       CASE p.place WHEN 1 THEN '经办人' WHEN 2 THEN '调查人' ELSE '审批人' END AS role_zh,
       CASE p.place WHEN 1 THEN 'handler' WHEN 2 THEN 'surveyor' ELSE 'approver' END AS role_en,
       p.place, k.degree, k.row_application, k.row_official, k.row_edge AS row_kinship, k.row_edge_2 AS row_kinship_2, k.row_edge_3 AS row_kinship_3, k.row_edge_4 AS row_kinship_4, k.row_edge_5 AS row_kinship_5,
       k.row_household_member, k.row_award_member
FROM   close    AS k
JOIN   part     AS p ON p.application_key = k.application_key AND p.official_key = k.official_key
JOIN   official AS o ON o.official_key = k.official_key
JOIN   identity AS i ON i.person_key = k.person_key
ORDER  BY subject_key, degree, place DESC, k.official_key, k.person_key
