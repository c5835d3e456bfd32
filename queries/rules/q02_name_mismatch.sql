-- id         = "q02_name_mismatch"
-- typology   = "Q02"
-- version    = 1
-- status     = "experimental"
-- severity   = 1
-- queue      = "data_quality"
-- subject    = "person"
-- reads      = ["person", "marriage", "official", "relative_declaration", "household", "household_member", "award_member", "payment", "account", "custody_agreement", "vehicle", "real_estate", "enterprise_role", "employment", "pension", "deposit", "death", "detention", "disability", "medical_settlement", "institution_stay", "monitored", "identity", "identity_issue"]
-- optional   = ["person", "marriage", "official", "relative_declaration", "household_member", "account", "custody_agreement", "vehicle", "real_estate", "enterprise_role", "employment", "pension", "deposit", "death", "detention", "disability", "medical_settlement", "institution_stay", "monitored"]
-- # Either the name or the number is another person's.
-- prior      = 0.85
-- reason_zh  = "证件号码对应的姓名不一致：{known_name}在“{met_in_zh}”中登记为{other_name}。"
-- reason_en  = "One ID number, two names: {known_name} is entered as {other_name} in {met_in}."
-- why        = "A record under the right number and another name is another person's record: it must not be held against this one."
-- innocent   = ["A change of name that one register has not taken over.", "A nickname or a sound-alike character at the counter.", "The number was typed wrong and hit a living person's."]
-- blind      = ["Two persons with one name and one number.", "Rows whose number was repaired by the name agree with it by construction and are left out."]
-- basis      = ["GB 11643-1999", "居民身份证法 art. 3"]
-- # Only the name and the number of a disability certificate are read, never its category or grade.
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "个人信息保护法 art. 8: who keeps personal records keeps them correct, those of certificates among them"

-- Every name met beside a number that was read as it stands, against the name the number is known by.
-- Spaces, widths and variant characters make no other name.
WITH met AS (
    SELECT t.person_key AS person_key, t.name AS other_name, i.name AS known_name, 'person' AS met_in, 'id_number' AS column_name, t.row_id
    FROM   person AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key_a, t.name_a, i.name, 'marriage', 'id_number_a', t.row_id
    FROM   marriage AS t JOIN identity AS i ON i.person_key = t.person_key_a WHERE NOT names_match(t.name_a, i.name)
    UNION  ALL
    SELECT t.person_key_b, t.name_b, i.name, 'marriage', 'id_number_b', t.row_id
    FROM   marriage AS t JOIN identity AS i ON i.person_key = t.person_key_b WHERE NOT names_match(t.name_b, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'official', 'id_number', t.row_id
    FROM   official AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.relative_key, t.relative_name, i.name, 'relative_declaration', 'relative_id_number', t.row_id
    FROM   relative_declaration AS t JOIN identity AS i ON i.person_key = t.relative_key WHERE NOT names_match(t.relative_name, i.name)
    UNION  ALL
    SELECT t.head_key, t.head_name, i.name, 'household', 'head_id_number', t.row_id
    FROM   household AS t JOIN identity AS i ON i.person_key = t.head_key WHERE NOT names_match(t.head_name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'household_member', 'id_number', t.row_id
    FROM   household_member AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'award_member', 'id_number', t.row_id
    FROM   award_member AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.payee_key, t.payee_name, i.name, 'payment', 'payee_id_number', t.row_id
    FROM   payment AS t JOIN identity AS i ON i.person_key = t.payee_key WHERE NOT names_match(t.payee_name, i.name)
    UNION  ALL
    SELECT t.holder_key, t.holder_name, i.name, 'account', 'holder_id_number', t.row_id
    FROM   account AS t JOIN identity AS i ON i.person_key = t.holder_key WHERE NOT names_match(t.holder_name, i.name)
    UNION  ALL
    SELECT t.custodian_key, t.custodian_name, i.name, 'custody_agreement', 'custodian_id_number', t.row_id
    FROM   custody_agreement AS t JOIN identity AS i ON i.person_key = t.custodian_key WHERE NOT names_match(t.custodian_name, i.name)
    UNION  ALL
    SELECT t.owner_key, t.owner_name, i.name, 'vehicle', 'owner_id_number', t.row_id
    FROM   vehicle AS t JOIN identity AS i ON i.person_key = t.owner_key WHERE NOT names_match(t.owner_name, i.name)
    UNION  ALL
    SELECT t.owner_key, t.owner_name, i.name, 'real_estate', 'owner_id_number', t.row_id
    FROM   real_estate AS t JOIN identity AS i ON i.person_key = t.owner_key WHERE NOT names_match(t.owner_name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'enterprise_role', 'id_number', t.row_id
    FROM   enterprise_role AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'employment', 'id_number', t.row_id
    FROM   employment AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'pension', 'id_number', t.row_id
    FROM   pension AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'deposit', 'id_number', t.row_id
    FROM   deposit AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'death', 'id_number', t.row_id
    FROM   death AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'detention', 'id_number', t.row_id
    FROM   detention AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'disability', 'id_number', t.row_id
    FROM   disability AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'medical_settlement', 'id_number', t.row_id
    FROM   medical_settlement AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'institution_stay', 'id_number', t.row_id
    FROM   institution_stay AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
    UNION  ALL
    SELECT t.person_key, t.name, i.name, 'monitored', 'id_number', t.row_id
    FROM   monitored AS t JOIN identity AS i ON i.person_key = t.person_key WHERE NOT names_match(t.name, i.name)
),
read_as_met AS (
    SELECT m.*
    FROM   met AS m
    LEFT   JOIN identity_issue AS e ON e.row_id = m.row_id AND e.column_name = m.column_name
    WHERE  e.row_id IS NULL
)
SELECT person_key AS subject_key, person_key, known_name, other_name, met_in,
       CASE met_in WHEN 'person' THEN '户籍人口' WHEN 'marriage' THEN '婚姻登记' WHEN 'official' THEN '工作人员名册' WHEN 'relative_declaration' THEN '近亲属备案' WHEN 'household' THEN '救助家庭'
                      WHEN 'household_member' THEN '家庭成员' WHEN 'award_member' THEN '保障人员' WHEN 'payment' THEN '发放明细' WHEN 'account' THEN '银行账户' WHEN 'custody_agreement' THEN '代管协议'
                      WHEN 'vehicle' THEN '机动车' WHEN 'real_estate' THEN '不动产' WHEN 'enterprise_role' THEN '企业任职' WHEN 'employment' THEN '社保缴费' WHEN 'pension' THEN '养老金'
                      WHEN 'deposit' THEN '存款' WHEN 'death' THEN '死亡登记' WHEN 'detention' THEN '羁押' WHEN 'disability' THEN '残疾证' WHEN 'medical_settlement' THEN '医保结算'
                      WHEN 'institution_stay' THEN '机构入住' WHEN 'monitored' THEN '监测对象' ELSE met_in END AS met_in_zh,
       CASE WHEN met_in = 'person' THEN row_id END AS row_person, CASE WHEN met_in = 'marriage' THEN row_id END AS row_marriage,
       CASE WHEN met_in = 'official' THEN row_id END AS row_official, CASE WHEN met_in = 'relative_declaration' THEN row_id END AS row_relative_declaration,
       CASE WHEN met_in = 'household' THEN row_id END AS row_household, CASE WHEN met_in = 'household_member' THEN row_id END AS row_household_member,
       CASE WHEN met_in = 'award_member' THEN row_id END AS row_award_member, CASE WHEN met_in = 'payment' THEN row_id END AS row_payment,
       CASE WHEN met_in = 'account' THEN row_id END AS row_account, CASE WHEN met_in = 'custody_agreement' THEN row_id END AS row_custody_agreement,
       CASE WHEN met_in = 'vehicle' THEN row_id END AS row_vehicle, CASE WHEN met_in = 'real_estate' THEN row_id END AS row_real_estate,
       CASE WHEN met_in = 'enterprise_role' THEN row_id END AS row_enterprise_role, CASE WHEN met_in = 'employment' THEN row_id END AS row_employment,
       CASE WHEN met_in = 'pension' THEN row_id END AS row_pension, CASE WHEN met_in = 'deposit' THEN row_id END AS row_deposit,
       CASE WHEN met_in = 'death' THEN row_id END AS row_death, CASE WHEN met_in = 'detention' THEN row_id END AS row_detention,
       CASE WHEN met_in = 'disability' THEN row_id END AS row_disability, CASE WHEN met_in = 'medical_settlement' THEN row_id END AS row_medical_settlement,
       CASE WHEN met_in = 'institution_stay' THEN row_id END AS row_institution_stay, CASE WHEN met_in = 'monitored' THEN row_id END AS row_monitored
FROM   read_as_met
ORDER  BY subject_key, met_in, row_id
