-- id         = "c05_hidden_tie"
-- typology   = "C05"
-- version    = 4
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["hidden_tie", "application", "official", "identity", "award", "payment"]
-- one_of     = ["kinship", "marriage", "person"]
-- # A rare thing in common is no accident; what it means is open: neighbours, former colleagues, a favour.
-- prior      = 0.4
-- reason_zh  = "该户申请（{decided_on}）由{organisation}{post}{official_name}参与办理；登记中未见亲属关系，但{near_zh}与{far_zh}共用{kind_zh}“{label}”（共{households}户使用）；此后发放{amount}元。"
-- reason_en  = "{official_name} ({organisation}, {post}) took part in the household's application ({decided_on}); no kinship is known, but {near_en} and {far_en} share the {kind_en} {label} (used by {households} households). {amount} yuan were paid since."
-- why        = "Who shares a phone, a home, an account or a firm with the family whose case he decides is no stranger to it, and nobody was told."
-- innocent   = ["A firm or cooperative in whose books the whole village stands, perhaps without knowing.", "A neighbour's or the village's phone was given as the contact.", "The number changed hands, and a register shows its former owner.", "The person was entered into a firm's books without knowing of it.", "A guardian or a foster family whose papers lie elsewhere."]
-- blind      = ["Ties by cash, by favours in return, through people whom no table holds.", "Addresses spelled differently in two registers.", "When a phone or an address began to be shared: no register dates it."]
-- basis      = ["公务员法 art. 76"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"
-- [exemptions.shared_by_many]
-- zh       = "该电话或地址由多户共用，不足以说明关联"
-- en       = "the phone or address is shared by too many households to tie anybody"
-- contract = "a phone or address shared by more than hidden_tie_max_share households"
-- [exemptions.custodian]
-- zh       = "该工作人员或其近亲属系该户书面协议的代管人"
-- en       = "a written agreement makes the official or the relative the household's custodian"

-- The rarest thing by the shortest path decides; the payments of each benefit follow its best tie. A household whose
-- every tie is exempt comes out once.
WITH tested AS (
    SELECT *, excused AS exempt_as FROM hidden_tie WHERE award_key IS NOT NULL
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, households, kin, decided_on DESC, kind,
                                       payee, row_official, far_key, near_key, row_edge) AS nth,
           row_number() OVER (PARTITION BY household_key, programme, benefit
                              ORDER BY CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END, households, kin, kind,
                                       payee, row_official, far_key, near_key, row_edge) AS nth_of_benefit
    FROM   tested
)
SELECT r.household_key AS subject_key, r.household_key, coalesce(p.award_key, r.award_key) AS award_key, r.official_key, r.application_key,
       p.month, p.amount_fen,
       CASE r.exempt_as WHEN 'shared_by_many' THEN 'shared_by_many' WHEN 'custodian' THEN 'custodian' END AS exemption,
       r.decided_on, r.decided_on AS known_on, coalesce(o.name, '某工作人员') AS official_name,
       coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post, r.label, r.households,
       CASE WHEN r.payee = 1 THEN '领取人或领取账户' WHEN r.near_key IS NULL THEN '该户' ELSE concat('家庭成员', coalesce(a.name, '')) END AS near_zh,
       CASE WHEN r.payee = 1 THEN 'the payee' WHEN r.near_key IS NULL THEN 'the household' ELSE concat('its member ', coalesce(a.name, '')) END AS near_en,
       CASE r.kin WHEN 0 THEN '该工作人员本人' ELSE concat('其', r.relation_zh, coalesce(b.name, '')) END AS far_zh,
       CASE r.kin WHEN 0 THEN 'the official' ELSE concat('the official''s ', r.relation_en, ' ', coalesce(b.name, '')) END AS far_en,
       CASE r.kind WHEN 'phone' THEN '电话' WHEN 'address' THEN '住址' WHEN 'account' THEN '银行账户' ELSE '企业' END AS kind_zh,
       r.kind AS kind_en,
       r.row_official, x.row_id AS row_application, r.row_household, r.row_person AS row_person, r.row_person_near,
       r.row_account, r.row_enterprise_role, r.row_enterprise_role_near,
       r.row_edge AS row_kinship, r.row_edge_2 AS row_kinship_2, r.row_edge_3 AS row_kinship_3, r.row_edge_4 AS row_kinship_4, r.row_edge_5 AS row_kinship_5,
       r.row_custody_agreement AS against_custody_agreement, p.row_id AS row_payment
FROM   ranked AS r
JOIN   application   AS x ON x.application_key = r.application_key
JOIN   official      AS o ON o.official_key = r.official_key
LEFT   JOIN identity AS a ON a.person_key = r.near_key
LEFT   JOIN identity AS b ON b.person_key = r.far_key
LEFT   JOIN award AS w
       ON  w.household_key = r.household_key AND w.programme = r.programme AND coalesce(w.application_key, -1) = r.benefit
       AND r.nth_of_benefit = 1 AND r.exempt_as IS NULL
LEFT   JOIN payment AS p ON p.award_key = w.award_key AND p.status = 'paid' AND p.amount_fen > 0
WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, exemption, nth, month, row_payment
