-- id         = "c01_relative_not_declared"
-- typology   = "C01"
-- version    = 3
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["kin_case", "declared_kin", "identity", "award", "payment", "official"]
-- optional   = ["household_member"]
-- one_of     = ["kinship", "marriage", "person"]
-- columns    = ["official.from_date", "official.to_date", "marriage.dissolved_on"]
-- # The duty and the lack of a paper are plain; what fails is a paper kept outside the list, and kinship by a stale book.
-- prior      = 0.6
-- reason_zh  = "该户于{decided_on}获批时，家庭成员{relative_name}系{organisation}{post}{official_name}的{relation_zh}，该工作人员时任职务且管辖该户所在地，近亲属备案中未见登记；此后发放{amount}元。"
-- reason_en  = "When the household was approved on {decided_on}, its member {relative_name} was the {relation_en} of {official_name} ({organisation}, {post}), then in office over the place; no declaration of a relative names the pair. {amount} yuan were paid since."
-- why        = "A relative of those who decide may well be poor, but the county must know and visit before it confirms: what was not declared was decided without that check. Kinship itself is no offence; the amount is what went out unchecked, not what is owed back."
-- innocent   = ["The relative qualifies and the form was filed on paper only.", "The official did not know of the application: families that split long ago.", "The register book still shows a tie that ended, or a kinship entered for another person.", "The term of office ended in fact before the roster says so."]
-- blind      = ["Kin that no register shows: adopted children, unregistered marriages, cousins whom none names so.", "Team leaders and helpers whom no roster lists.", "A declaration filed only after the decision counts as one here: see C02 for the visit."]
-- basis      = ["民发〔2021〕57号 art. 11 and 20", "中国共产党纪律处分条例 art. 124"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"
-- [exemptions.took_office_after]
-- zh       = "该工作人员在审批之后才任职"
-- en       = "the official took office after the decision"
-- contract = "official took office after the decision or left before"
-- [exemptions.left_office_before]
-- zh       = "该工作人员在审批之前已离任"
-- en       = "the official had left office before the decision"
-- contract = "official took office after the decision or left before"
-- [exemptions.kin_outside_depth]
-- zh       = "亲属关系超出当地近亲属范围"
-- en       = "the kinship is wider than what the locality counts as close"
-- contract = "kin outside kin_depth"

-- Ties to officials over the place that no declaration names or covers, at each decision that led to an award. The payments
-- follow the closest of them; a household whose every tie is exempt comes out once.
WITH undeclared AS (
    SELECT k.household_key, k.person_key, k.programme, k.benefit, k.application_key, k.award_key, k.decided_on, k.region_code,
           k.official_key, k.official_person_key, k.office_from, k.office_to,
           k.relation_zh, k.relation_en, k.depth, k.degree, i.name AS relative_name,
           k.row_official, k.row_edge, k.row_edge_2, k.row_edge_3, k.row_edge_4, k.row_edge_5, k.row_application, k.row_award, k.row_household_member, k.row_award_member
    FROM   kin_case AS k
    JOIN   identity AS i ON i.person_key = k.person_key
    LEFT   JOIN declared_kin AS d
           ON  d.official_person_key = k.official_person_key
           AND (d.relative_key = k.person_key OR d.household_key = k.household_key)
    WHERE  k.kin = 1 AND k.award_key IS NOT NULL AND d.official_person_key IS NULL
      AND  region_contains(k.official_region_code, k.region_code)
),
tested AS (
    SELECT *,
           CASE WHEN office_from > decided_on THEN 'took_office_after'
                WHEN office_to < decided_on THEN 'left_office_before'
                WHEN depth <> 'close' AND (depth <> 'extended' OR local_text(region_code, 'kin_depth', decided_on) <> 'extended') THEN 'kin_outside_depth' END AS exempt_as
    FROM   undeclared
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, depth, degree, decided_on DESC, row_official, person_key, row_edge) AS nth,
           row_number() OVER (PARTITION BY household_key, programme, benefit
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, depth, degree, row_official, person_key, row_edge) AS nth_of_benefit
    FROM   tested
),
raised AS (
    SELECT r.*, coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post, coalesce(o.name, '某工作人员') AS official_name
    FROM   ranked   AS r
    JOIN   official AS o ON o.official_key = r.official_key
    WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
)
SELECT r.household_key AS subject_key, r.household_key, coalesce(p.award_key, r.award_key) AS award_key, r.official_key, r.application_key,
       p.month, p.amount_fen,
       CASE r.exempt_as WHEN 'took_office_after' THEN 'took_office_after' WHEN 'left_office_before' THEN 'left_office_before'
                        WHEN 'kin_outside_depth' THEN 'kin_outside_depth' END AS exemption,
       r.decided_on, r.decided_on AS known_on, r.relative_name, r.official_name, r.organisation, r.post, r.relation_zh, r.relation_en,
       r.row_official, r.row_edge AS row_kinship, r.row_edge_2 AS row_kinship_2, r.row_edge_3 AS row_kinship_3, r.row_edge_4 AS row_kinship_4, r.row_edge_5 AS row_kinship_5,
       r.row_application, r.row_award, r.row_household_member, r.row_award_member, p.row_id AS row_payment
FROM   raised AS r
LEFT   JOIN award AS a
       ON  a.household_key = r.household_key AND a.programme = r.programme AND coalesce(a.application_key, -1) = r.benefit
       AND r.nth_of_benefit = 1 AND r.exempt_as IS NULL
LEFT   JOIN payment AS p ON p.award_key = a.award_key AND p.status = 'paid' AND p.amount_fen > 0
ORDER  BY subject_key, exemption, nth, month, row_payment
