-- id         = "c08_unequal_treatment"
-- typology   = "C08"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award_peer", "official_circle", "hidden_tie", "household_member", "award_member", "payment", "official", "identity"]
-- optional   = ["household_member"]
-- one_of     = ["application"]
-- needs      = ["application.declared_income"]
-- columns    = ["official.from_date", "official.to_date"]
-- # The office's own figures set the family apart and a tie is on record; what fails is a hardship that no field of the file holds. No published figure exists: one in two.
-- prior      = 0.5
-- reason_zh  = "该户每人每月保障金额为标准的{share}%，而同县、同类别、同户籍、同人口、同收入段、同残疾情况的{peers}份待遇的中位数为{ordinary}%，其中仅{as_much}份与其相当；该户（家庭成员）与工作人员{official_name}{relation_zh}。若按同况水平发放，{months}个月（{month_from}至{month_to}）少发{amount}元。"
-- reason_en  = "The household's award is {share} % of the standard for each person. The median of {peers} awards of the same county, programme, hukou kind, family size, income band and disability is {ordinary} %, and {as_much} of them get about as much; a member of the household is tied to the official {official_name} ({relation_en}). At the peers' level {amount} yuan less would have been paid in {months} months ({month_from} to {month_to})."
-- why        = "Equals must be treated as equals. A dear tier or a high amount for a family with a tie to the office, where strangers in the same place get far less, is what favour looks like when every single paper is in order."
-- innocent   = ["Costs of illness, of care or of school weigh on the family and are in the survey, not in the file.", "Income fell after the application and only the award was changed.", "The family's tier was decided by a panel that knew of a hardship; the official had no part.", "Peers are too low: look at them too, they may be owed."]
-- blind      = ["Groups of fewer than the least number of peers.", "Counties where most families are favoured: the median is then the favour.", "Favour without a tie on record, and ties that only money or telephones show.", "Awards without an application or a declared income."]
-- basis      = ["中国共产党纪律处分条例 art. 124", "社会救助暂行办法 art. 12"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"
-- [[legal_criteria]]
-- attribute = "disability"
-- law       = "残疾人保障法 art. 48 and 社会救助暂行办法 art. 12: the severely disabled are given more, so that only families alike in it are compared"
-- [exemptions.out_of_office]
-- zh       = "该工作人员在待遇执行期间不在任"
-- en       = "the official was not in office while the award ran"
-- [parameters.least_peers]
-- default = 10
-- min     = 5
-- max     = 1000
-- meaning = "a group of fewer awards is no measure"
-- [parameters.far_over]
-- default = 0.3
-- min     = 0.05
-- max     = 2
-- meaning = "an award is far over its peers from this much of the standard over their median"
-- [parameters.spreads]
-- default = 3.5
-- min     = 1
-- max     = 20
-- meaning = "and from so many times their spread, which counts as at least a twentieth of the standard"
-- [parameters.rare]
-- default = 0.25
-- min     = 0.01
-- max     = 0.5
-- meaning = "and where no more than this share of the group gets about as much"

-- Awards far over their peers, with the closest tie that was in office meanwhile; a family whose every tie was not
-- comes out once, exempted. The amount is what the award is over the peers' level, no more than what was paid.
WITH far AS (
    SELECT *
    FROM   award_peer
    WHERE  peers >= $least_peers
      AND  share - ordinary >= $far_over - 1e-9
      AND  share - ordinary >= $spreads * greatest(spread, 0.05)
      AND  as_much <= greatest($rare * peers, 1)
),
person AS (
    SELECT household_key, person_key, min(row_household_member) AS row_household_member, min(row_award_member) AS row_award_member
    FROM   (SELECT household_key, person_key, row_id AS row_household_member, CAST(NULL AS BIGINT) AS row_award_member
            FROM   household_member
            UNION  ALL
            SELECT f.household_key, m.person_key, NULL, m.row_id
            FROM   far AS f
            JOIN   award_member AS m ON m.award_key = f.award_key) AS listed
    WHERE  person_key IS NOT NULL
    GROUP  BY household_key, person_key
),
tied AS (
    SELECT f.award_key, c.official_key, c.kin, c.relation_zh, c.relation_en, c.row_official, c.row_edge,
           p.row_household_member, p.row_award_member,
           CAST(NULL AS BIGINT) AS row_household, CAST(NULL AS BIGINT) AS row_person, CAST(NULL AS BIGINT) AS row_person_near,
           CAST(NULL AS BIGINT) AS row_account, CAST(NULL AS BIGINT) AS row_enterprise_role, CAST(NULL AS BIGINT) AS row_enterprise_role_near,
           CASE WHEN c.office_from >= month_after(coalesce(f.end_month, DATE '2999-11-01')) OR c.office_to < f.start_month
                THEN 'out_of_office' END AS exemption
    FROM   far             AS f
    JOIN   person          AS p ON p.household_key = f.household_key
    JOIN   official_circle AS c ON c.person_key = p.person_key
    UNION  ALL
    -- A rare thing in common is a tie as well, after kinship and where nothing explains it.
    SELECT f.award_key, t.official_key, 2 + t.kin,
           concat('共用', CASE t.kind WHEN 'phone' THEN '电话' WHEN 'address' THEN '住址' WHEN 'account' THEN '银行账户' ELSE '企业' END, '“', t.label, '”'),
           concat('by a shared ', t.kind, ', ', t.label), t.row_official, t.row_edge, NULL, NULL,
           t.row_household, t.row_person, t.row_person_near, t.row_account, t.row_enterprise_role, t.row_enterprise_role_near, NULL
    FROM   far        AS f
    JOIN   hidden_tie AS t ON t.household_key = f.household_key
    WHERE  t.excused IS NULL
),
closest AS (
    SELECT *,
           row_number() OVER (PARTITION BY award_key ORDER BY CASE WHEN exemption IS NULL THEN 0 ELSE 1 END, kin, official_key,
                                                              row_official, row_edge, row_household_member, row_award_member) AS nth
    FROM   tied
),
paid AS (
    SELECT f.award_key, p.month, sum(p.amount_fen) AS paid_fen, min(p.row_id) AS row_payment
    FROM   far     AS f
    JOIN   payment AS p ON p.award_key = f.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
    GROUP  BY f.award_key, p.month
),
due AS (
    SELECT f.*, c.official_key, c.relation_zh, c.relation_en, c.row_official, c.row_edge, c.row_household_member, c.row_award_member,
           c.row_household, c.row_person, c.row_person_near, c.row_account, c.row_enterprise_role, c.row_enterprise_role_near,
           c.exemption, c.kin, d.month, d.row_payment,
           least(d.paid_fen, CAST(round((f.share - f.ordinary) * f.standard_fen * f.persons) AS BIGINT)) AS over_fen,
           min(CASE WHEN c.exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY f.household_key) AS all_exempt,
           min(d.month) OVER (PARTITION BY f.household_key) AS first_month
    FROM   far     AS f
    JOIN   closest AS c ON c.award_key = f.award_key AND c.nth = 1
    JOIN   paid    AS d ON d.award_key = f.award_key
)
SELECT d.household_key AS subject_key, d.household_key, d.award_key, d.official_key, d.month, d.over_fen AS amount_fen, d.exemption,
       CAST(round(100 * d.share) AS BIGINT) AS share, CAST(round(100 * d.ordinary) AS BIGINT) AS ordinary, d.peers, d.as_much,
       coalesce(i.name, o.name, '—') AS official_name,
       CASE WHEN d.kin = 0 THEN '为同一人' WHEN d.kin = 1 THEN concat('有亲属关系（', d.relation_zh, '）') WHEN d.kin = 2 THEN d.relation_zh ELSE concat('的近亲属', d.relation_zh) END AS relation_zh,
       CASE WHEN d.kin <= 2 THEN d.relation_en ELSE concat(d.relation_en, ', with a relative') END AS relation_en,
       d.row_payment, d.row_award, d.row_application, d.row_peer AS row_award_peer, d.row_peer_2 AS row_award_peer_2,
       d.row_official, d.row_edge AS row_kinship, d.row_household_member, d.row_award_member,
       d.row_household, d.row_person, d.row_person_near, d.row_account, d.row_enterprise_role, d.row_enterprise_role_near
FROM   due AS d
LEFT   JOIN official AS o ON o.official_key = d.official_key
LEFT   JOIN identity AS i ON i.person_key = o.person_key
WHERE  d.exemption IS NULL OR (d.all_exempt = 1 AND d.month = d.first_month)
ORDER  BY subject_key, d.exemption, d.month, d.award_key
