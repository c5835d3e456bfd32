-- id         = "b02_dibao_and_tekun"
-- typology   = "B02"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "award_head_count"]
-- # As B01; conversions that lag by months are more common here.
-- prior      = 0.7
-- reason_zh  = "{name}在{months}个月内（{month_from}至{month_to}）同时享受低保（{award_no}）与特困供养（{tekun_award_no}），低保份额{amount}元应停发。"
-- reason_en  = "{name} had dibao ({award_no}) and tekun support ({tekun_award_no}) at once in {months} months ({month_from} to {month_to}); the dibao share is {amount} yuan."
-- why        = "Tekun support meets the whole living; who has it has no gap for dibao to fill."
-- innocent   = ["The household's dibao was not yet adjusted after one member moved to tekun.", "Arrears of dibao booked on months after the conversion."]
-- blind      = ["Awards in counties that the extract does not cover."]
-- basis      = ["特困人员认定办法 art. 9"]
-- [exemptions.one_month_overlap]
-- zh       = "仅重叠一个月，属转换衔接"
-- en       = "one single month of overlap: a conversion"
-- contract = "one single month of overlap (conversion)"

-- Tekun is lawful, the dibao share of the same month is not.
WITH cover AS (
    SELECT m.person_key, m.award_key, a.award_no, a.programme, m.row_id AS row_award_member,
           coalesce(m.from_month, a.start_month) AS from_month, coalesce(m.to_month, a.end_month) AS to_month
    FROM   award_member AS m
    JOIN   award        AS a ON a.award_key = m.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
),
meeting AS (
    SELECT x.person_key, x.award_key, x.award_no, x.programme, x.from_month, x.to_month, min(x.row_award_member) AS row_award_member
    FROM   cover AS x
    JOIN   cover AS y ON y.person_key = x.person_key
    WHERE  y.programme <> x.programme
      AND  x.from_month <= coalesce(y.to_month, x.from_month)
      AND  y.from_month <= coalesce(x.to_month, y.from_month)
    GROUP  BY x.person_key, x.award_key, x.award_no, x.programme, x.from_month, x.to_month
),
paid AS (
    SELECT c.person_key, c.award_key, c.award_no, c.programme, p.household_key, p.month,
           sum(p.amount_fen) / min(n.head_count) AS share_fen,
           min(p.row_id) AS row_payment, min(c.row_award_member) AS row_award_member
    FROM   meeting          AS c
    JOIN   award_head_count AS n ON n.award_key = c.award_key
    JOIN   payment          AS p ON p.award_key = c.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= c.from_month AND p.month <= coalesce(c.to_month, p.month)
    GROUP  BY c.person_key, c.award_key, c.award_no, c.programme, p.household_key, p.month
),
ordered AS (
    SELECT *,
           max(CASE WHEN programme = 'tekun' THEN award_no END) OVER (PARTITION BY person_key, month) AS tekun_award_no,
           max(CASE WHEN programme = 'tekun' THEN row_payment END) OVER (PARTITION BY person_key, month) AS row_payment_tekun,
           max(CASE WHEN programme = 'tekun' THEN row_award_member END) OVER (PARTITION BY person_key, month) AS row_award_member_tekun,
           row_number() OVER (PARTITION BY person_key, month ORDER BY CASE WHEN programme = 'dibao' THEN 0 ELSE 1 END, award_key) AS nth
    FROM   paid
),
surplus AS (
    SELECT *, sum(CASE WHEN nth = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY person_key) AS overlapping_months
    FROM   ordered
    WHERE  programme = 'dibao' AND row_payment_tekun IS NOT NULL
)
SELECT person_key AS subject_key, household_key, award_key, person_key, month, CAST(share_fen AS BIGINT) AS amount_fen,
       CASE WHEN overlapping_months = 1 THEN 'one_month_overlap' END AS exemption,
       award_no, tekun_award_no,
       row_payment, row_payment_tekun, row_award_member, row_award_member_tekun
FROM   surplus
ORDER  BY subject_key, exemption, month, award_key
