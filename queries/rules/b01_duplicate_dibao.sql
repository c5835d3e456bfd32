-- id         = "b01_duplicate_dibao"
-- typology   = "B01"
-- version    = 1
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "award_head_count"]
-- # Two lists name one valid number in one month: little is left to explain but a mistyped member.
-- prior      = 0.75
-- reason_zh  = "{name}在{months}个月内（{month_from}至{month_to}）同时列入两份以上低保（{award_no}与{other_award_no}等），重复部分{amount}元。"
-- reason_en  = "{name} was covered by two or more dibao awards at once in {months} months ({month_from} to {month_to}; {award_no} and {other_award_no}, and others); the surplus is {amount} yuan."
-- why        = "Nobody is in two families at once; the second award pays for a person who is fed already."
-- innocent   = ["The family moved and the old award was stopped late.", "A member was entered under another person's number.", "A child of divorced parents listed by both."]
-- blind      = ["Awards in counties that the extract does not cover.", "A person under two numbers: see A19."]
-- basis      = ["2022年10月民政部、财政部通知", "社会救助暂行办法 art. 68"]
-- [exemptions.one_month_overlap]
-- zh       = "仅重叠一个月，属转移衔接"
-- en       = "one single month of overlap: a transfer"
-- contract = "one single month of overlap (transfer)"

-- Of the shares a person has in one month the largest is the lawful one; every other is surplus.
WITH cover AS (
    SELECT m.person_key, m.award_key, a.award_no, m.row_id AS row_award_member,
           coalesce(m.from_month, a.start_month) AS from_month, coalesce(m.to_month, a.end_month) AS to_month
    FROM   award_member AS m
    JOIN   award        AS a ON a.award_key = m.award_key
    WHERE  a.programme = 'dibao'
),
meeting AS (
    SELECT x.person_key, x.award_key, x.award_no, x.from_month, x.to_month, min(x.row_award_member) AS row_award_member
    FROM   cover AS x
    JOIN   cover AS y ON y.person_key = x.person_key
    WHERE  y.award_key <> x.award_key
      AND  x.from_month <= coalesce(y.to_month, x.from_month)
      AND  y.from_month <= coalesce(x.to_month, y.from_month)
    GROUP  BY x.person_key, x.award_key, x.award_no, x.from_month, x.to_month
),
paid AS (
    SELECT c.person_key, c.award_key, c.award_no, p.household_key, p.month,
           sum(p.amount_fen) / min(n.head_count) AS share_fen,
           min(p.row_id) AS row_payment, min(c.row_award_member) AS row_award_member
    FROM   meeting          AS c
    JOIN   award_head_count AS n ON n.award_key = c.award_key
    JOIN   payment          AS p ON p.award_key = c.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= c.from_month AND p.month <= coalesce(c.to_month, p.month)
    GROUP  BY c.person_key, c.award_key, c.award_no, p.household_key, p.month
),
ordered AS (
    SELECT *,
           row_number() OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS nth,
           first_value(award_no) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS kept_award_no,
           first_value(row_payment) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS row_payment_kept,
           first_value(row_award_member) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS row_award_member_kept
    FROM   paid
),
surplus AS (
    SELECT *, sum(CASE WHEN nth = 2 THEN 1 ELSE 0 END) OVER (PARTITION BY person_key) AS overlapping_months
    FROM   ordered
    WHERE  nth > 1
)
SELECT person_key AS subject_key, household_key, award_key, person_key, month, CAST(share_fen AS BIGINT) AS amount_fen,
       CASE WHEN overlapping_months = 1 THEN 'one_month_overlap' END AS exemption,
       award_no AS other_award_no, kept_award_no AS award_no,
       row_payment_kept, row_payment, row_award_member_kept, row_award_member
FROM   surplus
ORDER  BY subject_key, exemption, month, award_key
