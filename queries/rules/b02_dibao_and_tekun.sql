-- id         = "b02_dibao_and_tekun"
-- typology   = "B02"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "payment", "double_cover"]
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
WITH pair AS MATERIALIZED (
    -- Few: they meet the payments where these lie.
    SELECT person_key, award_key, programme, head_count, row_award_member, from_month, to_month
    FROM   double_cover
    WHERE  programme = 'dibao' AND other_programme = 'tekun' OR programme = 'tekun' AND other_programme = 'dibao'
),
money AS (
    SELECT DISTINCT d.person_key, d.award_key, d.programme, d.head_count, d.row_award_member,
           p.household_key, p.month, p.amount_fen, p.row_id
    FROM   pair    AS d
    JOIN   payment AS p ON p.award_key = d.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0 AND p.month BETWEEN d.from_month AND d.to_month
),
share AS (
    SELECT person_key, award_key, programme, household_key, month, sum(amount_fen) / min(head_count) AS share_fen,
           min(row_id) AS row_payment, min(row_award_member) AS row_award_member
    FROM   money
    GROUP  BY person_key, award_key, programme, household_key, month
),
ordered AS (
    SELECT *,
           max(CASE WHEN programme = 'tekun' THEN award_key END) OVER (PARTITION BY person_key, month) AS tekun_award_key,
           max(CASE WHEN programme = 'tekun' THEN row_payment END) OVER (PARTITION BY person_key, month) AS row_payment_tekun,
           max(CASE WHEN programme = 'tekun' THEN row_award_member END) OVER (PARTITION BY person_key, month) AS row_award_member_tekun,
           row_number() OVER (PARTITION BY person_key, month ORDER BY CASE WHEN programme = 'dibao' THEN 0 ELSE 1 END, award_key) AS nth
    FROM   share
),
surplus AS (
    SELECT *, sum(CASE WHEN nth = 1 THEN 1 ELSE 0 END) OVER (PARTITION BY person_key) AS overlapping_months
    FROM   ordered
    WHERE  programme = 'dibao'
)
SELECT s.person_key AS subject_key, s.household_key, s.award_key, s.person_key, s.month, CAST(s.share_fen AS BIGINT) AS amount_fen,
       CASE WHEN s.overlapping_months = 1 THEN 'one_month_overlap' END AS exemption,
       a.award_no, t.award_no AS tekun_award_no,
       s.row_payment, s.row_payment_tekun, s.row_award_member, s.row_award_member_tekun
FROM   surplus AS s
JOIN   award   AS a ON a.award_key = s.award_key
JOIN   award   AS t ON t.award_key = s.tekun_award_key
ORDER  BY subject_key, exemption, s.month, s.award_key
