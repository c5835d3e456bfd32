-- id         = "c07_relative_and_ineligible"
-- typology   = "C07"
-- version    = 1
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["finding", "payment", "official", "identity"]
-- # Both halves must hold: about six in ten ties and two in three property or income findings do, and the tie helps the second along.
-- prior      = 0.5
-- reason_zh  = "该户{tie_zh}（涉及工作人员{official_name}），同时存在不符合条件或重复享受的疑点（{grounds}），{months}个月（{month_from}至{month_to}）涉及{amount}元（各疑点合并计算，同一笔资金只计一次）。"
-- reason_en  = "The household {tie_en} (official: {official_name}), and is suspected of not being entitled or of double benefits ({grounds}); {months} months ({month_from} to {month_to}), {amount} yuan, every payment counted once."
-- why        = "Kinship is no offence and an error in the means test is common; the two together are what favouritism looks like: a case passed that a stranger's would not have been."
-- innocent   = ["Either half may fall: see the innocent explanations of the findings it rests on.", "The official had no part in the decision and did not know of it.", "The circumstance (a car, a wage) came after the approval and was reported late."]
-- blind      = ["Favour for friends, creditors and business partners without a tie in the records.", "Ineligibility that no register shows."]
-- basis      = ["中国共产党纪律处分条例 art. 124", "社会救助暂行办法 art. 66"]

-- Households with a tie and a ground. Of one award's month the largest claim to the whole payment stands, or the
-- sum of the persons' shares where that is more, and never more than was paid.
WITH tie AS (
    SELECT household_key, min(official_key) AS official_key,
           max(CASE typology WHEN 'C01' THEN 1 ELSE 0 END) AS undeclared,
           max(CASE typology WHEN 'C05' THEN 1 ELSE 0 END) AS hidden,
           max(CASE typology WHEN 'C06' THEN 1 ELSE 0 END) AS unrecused
    FROM   finding
    WHERE  typology IN ('C01', 'C05', 'C06') AND household_key IS NOT NULL
    GROUP  BY household_key
),
ground AS (
    SELECT f.*
    FROM   tie     AS t
    JOIN   finding AS f ON f.household_key = t.household_key
    WHERE  (f.typology LIKE 'A%' OR f.typology LIKE 'B%') AND f.severity >= 2
),
named AS (
    SELECT household_key, string_agg(typology, '、' ORDER BY typology) AS grounds, min(person_key) AS person_key
    FROM   (SELECT household_key, typology, min(person_key) AS person_key FROM ground GROUP BY household_key, typology) AS g
    GROUP  BY household_key
),
claim AS (
    SELECT household_key, award_key, month, person_key, max(amount_fen) AS amount_fen
    FROM   (SELECT household_key, finding_no, award_key, month, person_key, sum(amount_fen) AS amount_fen
            FROM ground WHERE amount_fen > 0 GROUP BY household_key, finding_no, award_key, month, person_key) AS f
    GROUP  BY household_key, award_key, month, person_key
),
slot AS (
    SELECT household_key, award_key, month,
           greatest(coalesce(max(CASE WHEN person_key IS NULL THEN amount_fen END), 0),
                    coalesce(sum(CASE WHEN person_key IS NOT NULL THEN amount_fen END), 0)) AS claim_fen
    FROM   claim
    GROUP  BY household_key, award_key, month
),
paid AS (
    SELECT s.household_key, s.award_key, s.month, min(p.row_id) AS row_payment, sum(p.amount_fen) AS paid_fen
    FROM   slot    AS s
    JOIN   payment AS p ON p.award_key = s.award_key AND p.month = s.month
    WHERE  p.status = 'paid'
    GROUP  BY s.household_key, s.award_key, s.month
),
line AS (
    -- Money first; then the findings themselves, for what they rest on.
    SELECT s.household_key, s.award_key, s.month, least(s.claim_fen, coalesce(p.paid_fen, s.claim_fen)) AS amount_fen,
           p.row_payment, CAST(NULL AS BIGINT) AS row_finding
    FROM   slot      AS s
    LEFT   JOIN paid AS p ON p.household_key = s.household_key AND p.award_key = s.award_key AND p.month = s.month
    UNION  ALL
    SELECT household_key, CAST(NULL AS INT), CAST(NULL AS DATE), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), min(row_id)
    FROM   ground
    GROUP  BY household_key, finding_no
    UNION  ALL
    SELECT f.household_key, NULL, NULL, NULL, NULL, min(f.row_id)
    FROM   named   AS n
    JOIN   finding AS f ON f.household_key = n.household_key
    WHERE  f.typology IN ('C01', 'C05', 'C06')
    GROUP  BY f.household_key, f.finding_no
)
SELECT l.household_key AS subject_key, l.household_key, l.award_key, t.official_key, l.month, CAST(l.amount_fen AS BIGINT) AS amount_fen,
       n.grounds, coalesce(i.name, o.name, '—') AS official_name,
       concat_ws('、', CASE t.undeclared WHEN 1 THEN '有近亲属任职而未备案' END, CASE t.hidden WHEN 1 THEN '与经办人员存在隐性关联' END,
                 CASE t.unrecused WHEN 1 THEN '申请由近亲属经办' END) AS tie_zh,
       concat_ws(', ', CASE t.undeclared WHEN 1 THEN 'has a relative in office who is not declared' END,
                 CASE t.hidden WHEN 1 THEN 'has a hidden tie to an official' END,
                 CASE t.unrecused WHEN 1 THEN 'had its case handled by a relative' END) AS tie_en,
       l.row_payment, l.row_finding, o.row_id AS row_official
FROM   line  AS l
JOIN   named AS n ON n.household_key = l.household_key
JOIN   tie   AS t ON t.household_key = l.household_key
LEFT   JOIN official AS o ON o.official_key = t.official_key
LEFT   JOIN identity AS i ON i.person_key = o.person_key
ORDER  BY subject_key, l.month, l.award_key, l.row_finding
