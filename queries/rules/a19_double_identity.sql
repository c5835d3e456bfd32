-- id         = "a19_double_identity"
-- typology   = "A19"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "household", "person", "identity", "award_head_count", "paid_run", "covered_run"]
-- optional   = ["person"]
-- # Namesakes born on one day are about one pair in thousands of families; those who also share a phone or an account are hardly two.
-- prior      = 0.75
-- reason_zh  = "{name}（{number}）与证件号码{other_number}疑为同一人：{tie_zh}；两个号码在{months}个月内（{month_from}至{month_to}）分别享受待遇（{award_no}与{other_award_no}等），重复部分{amount}元。"
-- reason_en  = "{name} ({number}) and the holder of number {other_number} look like one person: {tie_en}; both numbers were covered by paid awards ({award_no} and {other_award_no}) in {months} months ({month_from} to {month_to}); the smaller shares come to {amount} yuan."
-- why        = "One citizen has one number for life; who is on the list under two draws twice, and a register that let a second number in may have let in more."
-- innocent   = ["Twins or cousins: look at both faces before anything else.", "Two namesakes born on one day who share the phone of a village office.", "A new number was issued to correct an old one, and the old award was not closed in time.", "A 15-digit number was copied from an old file of an award that had ended."]
-- blind      = ["A second identity under another name or birth date.", "Two numbers without a common phone, account or register book: only a photograph shows it.", "Numbers of another county."]
-- basis      = ["社会救助暂行办法 art. 68", "居民身份证法 art. 3 and 17"]
-- [exemptions.twins]
-- zh       = "同日出生但姓名不同，应为双胞胎"
-- en       = "born on one day under different names: twins"
-- contract = "twins (names differ)"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "居民身份证法 art. 3: every citizen has one number for life, made of the birth date, so equal birth dates bear on identity"

-- Covered persons who were born on one day are paired by what else they share: a name, a phone, a register book.
-- One name and one tie are a suspicion; a tie alone is twins. Only for namesakes are accounts compared. Beside
-- these pairs stands a person covered under the 15 digits and the 18 of one number. What overlaps is then paid out
-- month by month; of the two sides the smaller is surplus.
WITH covered AS (
    SELECT DISTINCT person_key, household_key FROM covered_run
),
tie AS (
    SELECT c.person_key, 'name' AS kind, name_normal(i.name) AS value
    FROM   covered  AS c
    JOIN   identity AS i ON i.person_key = c.person_key
    UNION  ALL
    SELECT c.person_key, 'book', p.register_no || '@' || p.region_code
    FROM   covered AS c
    JOIN   person  AS p ON p.person_key = c.person_key
    UNION  ALL
    SELECT c.person_key, 'phone', phone_normal(p.phone)
    FROM   covered AS c
    JOIN   person  AS p ON p.person_key = c.person_key
    UNION  ALL
    SELECT c.person_key, 'phone', phone_normal(h.phone)
    FROM   covered   AS c
    JOIN   household AS h ON h.household_key = c.household_key
),
born AS (
    SELECT t.person_key, i.birth_date, i.name, t.kind, t.value
    FROM   tie      AS t
    JOIN   identity AS i ON i.person_key = t.person_key
),
tied AS (
    SELECT x.person_key AS other_key, y.person_key AS person_key,
           max(CASE WHEN x.kind = 'name' THEN 1 ELSE 0 END) AS namesakes,
           max(CASE WHEN x.kind = 'phone' THEN 1 ELSE 0 END) AS phone, max(CASE WHEN x.kind = 'book' THEN 1 ELSE 0 END) AS book
    FROM   born AS x
    JOIN   born AS y ON y.birth_date = x.birth_date AND y.kind = x.kind AND y.value = x.value AND y.person_key > x.person_key
    -- Neighbours born on one day share a phone more easily than a book and a family name.
    WHERE  x.kind <> 'phone' OR substr(x.name, 1, 1) = substr(y.name, 1, 1)
    GROUP  BY x.person_key, y.person_key
),
meeting AS (
    SELECT t.person_key, t.other_key, t.namesakes, t.phone, t.book, i.id_number AS number, j.id_number AS other_number,
           x.household_key, x.award_key, y.award_key AS other_award_key,
           greatest(x.from_month, y.from_month) AS from_month, least(x.to_month, y.to_month) AS to_month,
           x.row_award_member, y.row_award_member AS row_award_member_other
    FROM   tied        AS t
    JOIN   identity    AS i ON i.person_key = t.person_key
    JOIN   identity    AS j ON j.person_key = t.other_key
    JOIN   covered_run AS x ON x.person_key = t.person_key
    JOIN   covered_run AS y ON y.person_key = t.other_key AND y.from_month <= x.to_month AND y.to_month >= x.from_month
    WHERE  id_valid(i.id_number) AND id_valid(j.id_number)
      AND  (t.namesakes = 1 OR x.award_key <> y.award_key)
),
account_shared AS (
    SELECT DISTINCT m.person_key, m.other_key
    FROM   meeting AS m
    JOIN   payment AS p ON p.award_key = m.award_key
    JOIN   payment AS q ON q.award_key = m.other_award_key AND q.account_key = p.account_key
    WHERE  m.namesakes = 1 AND p.status = 'paid' AND q.status = 'paid'
),
old_form AS (
    SELECT person_key, award_key, translate(id_number, ' 　', '') AS id_number, from_month, to_month, row_id
    FROM   award_member
    WHERE  character_length(translate(id_number, ' 　', '')) = 15 AND id_valid(id_number)
),
both_forms AS (
    SELECT o.person_key, o.person_key AS other_key, id_normal(n.id_number) AS number, o.id_number AS other_number,
           y.household_key, n.award_key, o.award_key AS other_award_key,
           greatest(x.from_month, y.from_month, coalesce(o.from_month, x.from_month), coalesce(n.from_month, x.from_month)) AS from_month,
           least(x.to_month, y.to_month, coalesce(o.to_month, x.to_month), coalesce(n.to_month, x.to_month)) AS to_month,
           n.row_id AS row_award_member, o.row_id AS row_award_member_other
    FROM   old_form     AS o
    JOIN   award_member AS n ON n.person_key = o.person_key
    JOIN   paid_run     AS x ON x.award_key = o.award_key
    JOIN   paid_run     AS y ON y.award_key = n.award_key
    WHERE  character_length(translate(n.id_number, ' 　', '')) = 18 AND id_valid(n.id_number)
),
double AS (
    SELECT m.person_key, m.other_key, m.number, m.other_number, m.household_key, m.award_key, m.other_award_key, m.from_month, m.to_month,
           m.row_award_member, m.row_award_member_other,
           CASE WHEN m.namesakes = 0 THEN 'twins' END AS exempt_as,
           CASE WHEN m.phone = 1 THEN 'phone' WHEN m.book = 1 THEN 'book' ELSE 'account' END AS tie
    FROM   meeting AS m
    LEFT   JOIN account_shared AS a ON a.person_key = m.person_key AND a.other_key = m.other_key
    WHERE  m.phone = 1 OR m.book = 1 OR a.person_key IS NOT NULL
    UNION  ALL
    SELECT person_key, other_key, number, other_number, household_key, award_key, other_award_key, from_month, to_month,
           row_award_member, row_award_member_other, NULL, 'forms'
    FROM   both_forms
    WHERE  from_month <= to_month
),
side AS (
    SELECT DISTINCT d.*, k.side, CASE k.side WHEN 1 THEN d.award_key ELSE d.other_award_key END AS side_award_key
    FROM   double AS d
    CROSS  JOIN (SELECT 1 AS side UNION ALL SELECT 2) AS k
),
paid AS (
    -- A payment counts once, however often a person's place in the award was entered.
    SELECT person_key, other_key, number, other_number, exempt_as, tie, side, side_award_key, month,
           min(household_key) AS household_key, sum(amount_fen) / min(head_count) AS share_fen, min(row_payment) AS row_payment,
           min(row_award_member) AS row_award_member, min(row_award_member_other) AS row_award_member_other
    FROM   (SELECT s.person_key, s.other_key, s.number, s.other_number, s.exempt_as, s.tie, s.side, s.side_award_key, p.month, p.row_id AS row_payment,
                   min(s.household_key) AS household_key, min(p.amount_fen) AS amount_fen, min(n.head_count) AS head_count,
                   min(s.row_award_member) AS row_award_member, min(s.row_award_member_other) AS row_award_member_other
            FROM   side             AS s
            JOIN   award_head_count AS n ON n.award_key = s.side_award_key
            JOIN   payment          AS p ON p.award_key = s.side_award_key
            WHERE  p.status = 'paid' AND p.amount_fen > 0 AND p.month >= s.from_month AND p.month <= s.to_month
            GROUP  BY s.person_key, s.other_key, s.number, s.other_number, s.exempt_as, s.tie, s.side, s.side_award_key, p.month, p.row_id) AS once
    GROUP  BY person_key, other_key, number, other_number, exempt_as, tie, side, side_award_key, month
),
monthly AS (
    SELECT person_key, other_key, number, other_number, exempt_as, tie, month,
           min(CASE WHEN side = 1 THEN household_key END) AS household_key,
           min(CASE WHEN side = 1 THEN side_award_key END) AS award_key, min(CASE WHEN side = 2 THEN side_award_key END) AS other_award_key,
           least(sum(CASE WHEN side = 1 THEN share_fen END), sum(CASE WHEN side = 2 THEN share_fen END)) AS share_fen,
           min(row_award_member) AS row_award_member, min(row_award_member_other) AS row_award_member_other,
           min(CASE WHEN side = 1 THEN row_payment END) AS row_payment, min(CASE WHEN side = 2 THEN row_payment END) AS row_payment_other,
           row_number() OVER (PARTITION BY person_key, number, other_number ORDER BY month, tie) AS nth
    FROM   paid
    GROUP  BY person_key, other_key, number, other_number, exempt_as, tie, month
)
SELECT m.person_key AS subject_key, m.other_number AS case_key, m.household_key, m.award_key, m.person_key, m.month,
       CAST(m.share_fen AS BIGINT) AS amount_fen,
       CASE m.exempt_as WHEN 'twins' THEN 'twins' END AS exemption,
       m.number, m.other_number, a.award_no, b.award_no AS other_award_no,
       CASE WHEN m.tie = 'forms' THEN '一为15位旧号，一为同号的18位新号' WHEN m.exempt_as = 'twins' THEN '出生日期相同，' ELSE '姓名、出生日期相同，' END
           || CASE m.tie WHEN 'phone' THEN '联系电话相同' WHEN 'book' THEN '在同一户口簿' WHEN 'account' THEN '待遇发入同一账户' ELSE '' END AS tie_zh,
       CASE WHEN m.tie = 'forms' THEN 'the one is the 15-digit form of the other' WHEN m.exempt_as = 'twins' THEN 'one birth date and ' ELSE 'one name, one birth date and ' END
           || CASE m.tie WHEN 'phone' THEN 'one phone' WHEN 'book' THEN 'one register book' WHEN 'account' THEN 'one account that both are paid into' ELSE '' END AS tie_en,
       m.row_award_member, m.row_award_member_other, m.row_payment, m.row_payment_other,
       CASE WHEN m.exempt_as IS NULL THEN p.row_id END AS row_person, CASE WHEN m.exempt_as IS NULL THEN q.row_id END AS row_person_other,
       CASE WHEN m.exempt_as = 'twins' THEN p.row_id END AS against_person, CASE WHEN m.exempt_as = 'twins' THEN q.row_id END AS against_person_other
FROM   monthly AS m
JOIN   award   AS a ON a.award_key = m.award_key
JOIN   award   AS b ON b.award_key = m.other_award_key
LEFT   JOIN person AS p ON p.person_key = m.person_key
LEFT   JOIN person AS q ON q.person_key = m.other_key
WHERE  m.exempt_as IS NULL OR m.nth = 1
ORDER  BY subject_key, case_key, exemption, month, tie_zh
