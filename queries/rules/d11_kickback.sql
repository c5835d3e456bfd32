-- id         = "d11_kickback"
-- typology   = "D11"
-- version    = 3
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "official"
-- reads      = ["onward_transfer", "account", "official", "official_circle", "official_kin", "award_member", "household_member", "identity"]
-- optional   = ["household_member"]
-- one_of     = ["kinship", "marriage", "person"]
-- needs      = ["account_transaction.counter_account_no"]
-- columns    = ["payment.account_no"]
-- # Repeated transfers right after the payment are hard to explain between strangers; debts and purchases are what explains them.
-- prior      = 0.6
-- reason_zh  = "{payer}的救助金到账后{flow_back_days}天内，其账户先后多次向{organisation}{post}{official_name}{office_zh}{holder_zh}的账户（{account_no}）转账，涉及{months}个月（{month_from}至{month_to}），共{amount}元，疑似索要好处费。"
-- reason_en  = "Within {flow_back_days} days of the payment the account of {payer} repeatedly sent money to the account ({account_no}) of {holder_en}{official_name} ({organisation}, {post}{office_en}), in {months} months ({month_from} to {month_to}), {amount} yuan: a suspected kickback."
-- why        = "Whoever decides on a family's assistance and takes money from it right after each payment sells what the state gives."
-- innocent   = ["The official had not yet taken office or had left it, and decided nothing.", "A loan repaid, goods bought on credit, rent.", "The official pays bills or the medical insurance for an old neighbour and is paid back.", "Kinship that no register shows."]
-- blind      = ["Without a register of kin the rule does not run, since nobody could say who pays a relative.", "Cash, gifts, and wallets that no statement shows.", "Accounts of friends and business partners.", "Accounts whose statements no lawful order produced."]
-- basis      = ["刑法 art. 385", "监察法 art. 11"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"
-- [exemptions.close_kin]
-- zh       = "领取人与收款人系本人、近亲属或同一家庭成员"
-- en       = "recipient and holder are one person, close kin or members of one family"
-- contract = "recipient and holder are close kin"
-- [parameters.transfers]
-- default = 2
-- min     = 2
-- max     = 24
-- meaning = "so many transfers from one recipient's account are no accident"

-- Transfers to the account of an official or of a relative of one: the nearest official of a holder stands for all, his
-- own before a relative's, in office before out of it, those over the family's place before others.
WITH received AS (
    SELECT t.*, c.holder_key, c.account_no, c.row_id AS row_account,
           o.official_key, o.official_person_key, o.kin, o.relation_zh, o.relation_en, o.degree,
           t.sent_on BETWEEN o.office_from AND o.office_to AS in_office,
           o.row_official, o.row_edge, o.row_edge_2, o.row_edge_3, o.row_edge_4, o.row_edge_5,
           row_number() OVER (PARTITION BY t.row_account_transaction
                              ORDER BY o.kin, CASE WHEN t.sent_on BETWEEN o.office_from AND o.office_to THEN 0 ELSE 1 END,
                                       CASE WHEN region_contains(o.region_code, t.region_code) THEN 0 ELSE 1 END,
                                       o.depth, o.degree, o.official_person_key, o.office_from DESC, o.official_key) AS nth
    FROM   onward_transfer AS t
    JOIN   account         AS c ON c.account_key = t.counter_account_key
    JOIN   official_circle AS o ON o.person_key = c.holder_key
    WHERE  t.sent_on BETWEEN o.tie_from AND o.tie_to
      AND  (o.depth = 'close' OR (o.depth = 'extended' AND local_text(t.region_code, 'kin_depth', t.sent_on) = 'extended'))
),
repeated AS (
    SELECT *, count(*) OVER (PARTITION BY account_key, official_person_key) AS transfers,
           max(CASE WHEN in_office THEN 1 ELSE 0 END) OVER (PARTITION BY account_key, official_person_key) AS ever_in_office
    FROM   received
    WHERE  nth = 1
),
recipient AS (
    -- Whoever holds the paying account, draws the payment or is covered by the award.
    SELECT t.award_key, t.account_key, f.holder_key AS person_key FROM onward_transfer AS t JOIN account AS f ON f.account_key = t.account_key
    UNION
    SELECT award_key, account_key, payee_key FROM onward_transfer
    UNION
    SELECT t.award_key, t.account_key, m.person_key FROM onward_transfer AS t JOIN award_member AS m ON m.award_key = t.award_key
),
kin AS (
    -- Close kin of a relative of the official is at most wider kin of the official.
    SELECT DISTINCT r.account_key, r.official_person_key
    FROM   repeated  AS r
    JOIN   recipient AS w ON w.account_key = r.account_key AND w.award_key = r.award_key
    LEFT   JOIN official_kin     AS k ON k.person_key = r.official_person_key AND k.relative_key = w.person_key
    LEFT   JOIN household_member AS m ON m.household_key = r.household_key AND m.person_key = r.holder_key
    WHERE  r.transfers >= $transfers
      AND  (w.person_key = r.holder_key OR w.person_key = r.official_person_key OR m.row_id IS NOT NULL
            OR k.depth = 'close' OR (k.depth = 'extended' AND (r.kin = 1 OR local_text(r.region_code, 'kin_depth', r.sent_on) = 'extended')))
)
SELECT r.official_key AS subject_key, r.official_key, r.household_key, r.award_key, r.counter_account_key AS account_key, r.household_no AS case_key,
       r.month, r.amount_fen,
       CASE WHEN k.account_key IS NOT NULL THEN 'close_kin' END AS exemption,
       coalesce(i.name, '领取人') AS payer, coalesce(o.name, '某工作人员') AS official_name, coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post, r.account_no,
       local_number(r.region_code, 'flow_back_days', r.paid_on) AS flow_back_days,
       CASE r.kin WHEN 0 THEN '本人' ELSE concat('的', r.relation_zh) END AS holder_zh,
       CASE r.kin WHEN 0 THEN 'the official ' ELSE concat('a ', r.relation_en, ' of the official ') END AS holder_en,
       CASE WHEN r.ever_in_office = 0 THEN 3 ELSE 4 END AS severity,
       CASE WHEN r.ever_in_office = 0 THEN '（当时不在任）' ELSE '' END AS office_zh, CASE WHEN r.ever_in_office = 0 THEN ', not in office then' ELSE '' END AS office_en,
       r.row_account_transaction, r.row_payment, r.row_account, r.row_official,
       r.row_edge AS row_kinship, r.row_edge_2 AS row_kinship_2, r.row_edge_3 AS row_kinship_3, r.row_edge_4 AS row_kinship_4, r.row_edge_5 AS row_kinship_5
FROM   repeated AS r
JOIN   official AS o ON o.official_key = r.official_key
LEFT   JOIN kin AS k ON k.account_key = r.account_key AND k.official_person_key = r.official_person_key
LEFT   JOIN account  AS f ON f.account_key = r.account_key
LEFT   JOIN identity AS i ON i.person_key = coalesce(f.holder_key, r.payee_key)
WHERE  r.transfers >= $transfers
ORDER  BY subject_key, case_key, exemption, r.month, row_account_transaction
