-- id         = "b01_duplicate_dibao"
-- typology   = "B01"
-- version    = 1
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "payment", "double_cover"]
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
WITH money AS (
    SELECT DISTINCT d.person_key, d.award_key, d.head_count, d.row_award_member, p.household_key, p.month, p.amount_fen, p.row_id
    FROM   double_cover AS d
    JOIN   payment      AS p ON p.award_key = d.award_key
    WHERE  d.programme = 'dibao' AND d.other_programme = 'dibao'
      AND  p.status = 'paid' AND p.amount_fen > 0 AND p.month BETWEEN d.from_month AND d.to_month
),
share AS (
    SELECT person_key, award_key, household_key, month, sum(amount_fen) / min(head_count) AS share_fen,
           min(row_id) AS row_payment, min(row_award_member) AS row_award_member
    FROM   money
    GROUP  BY person_key, award_key, household_key, month
),
ordered AS (
    SELECT *,
           row_number() OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS nth,
           first_value(award_key) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS kept_award_key,
           first_value(row_payment) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS row_payment_kept,
           first_value(row_award_member) OVER (PARTITION BY person_key, month ORDER BY share_fen DESC, award_key) AS row_award_member_kept
    FROM   share
),
surplus AS (
    SELECT *, sum(CASE WHEN nth = 2 THEN 1 ELSE 0 END) OVER (PARTITION BY person_key) AS overlapping_months
    FROM   ordered
    WHERE  nth > 1
)
SELECT s.person_key AS subject_key, s.household_key, s.award_key, s.person_key, s.month, CAST(s.share_fen AS BIGINT) AS amount_fen,
       CASE WHEN s.overlapping_months = 1 THEN 'one_month_overlap' END AS exemption,
       a.award_no AS other_award_no, k.award_no AS award_no,
       s.row_payment_kept, s.row_payment, s.row_award_member_kept, s.row_award_member
FROM   surplus AS s
JOIN   award   AS a ON a.award_key = s.award_key
JOIN   award   AS k ON k.award_key = s.kept_award_key
ORDER  BY subject_key, exemption, s.month, s.award_key
