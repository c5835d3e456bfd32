-- id         = "c03_official_is_recipient"
-- typology   = "C03"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "identity", "official", "award_head_count"]
-- columns    = ["official.from_date", "official.to_date"]
-- # The fact is sure; whether it is wrong is not: a village cadre may be poor.
-- prior      = 0.55
-- reason_zh  = "{name}任{organisation}{post}期间，{months}个月（{month_from}至{month_to}）本人享受救助，其份额{amount}元。"
-- reason_en  = "{name} received assistance while in office ({organisation}, {post}) in {months} months ({month_from} to {month_to}), {amount} yuan of it this person's share."
-- why        = "Who decides on assistance and receives it must have been decided on by others, openly: self-service is what discipline looks for first."
-- innocent   = ["A village cadre on a small allowance may qualify like anybody else.", "The term had ended and the roster was not kept.", "The benefit was granted before the office was taken and is under review."]
-- blind      = ["Posts that no roster lists: team leaders, helpers, contract staff."]
-- basis      = ["中国共产党纪律处分条例 art. 124", "民发〔2021〕57号 art. 20"]
-- [exemptions.out_of_office]
-- zh       = "所有发放月份均不在任"
-- en       = "out of office in all paid months"
-- contract = "out of office in all paid months"
-- [exemptions.name_mismatch]
-- zh       = "名册上的姓名与本人不符，可能是他人"
-- en       = "the roster bears another name and may mean another person"

-- A payment counts once for a person, by the term of office that covers its month.
WITH covered AS MATERIALIZED (
    -- Few: they meet the payments where these lie.
    SELECT o.person_key, o.official_key, coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post,
           o.from_date AS in_office_from, o.to_date AS in_office_to, o.row_id AS row_official,
           m.award_key, coalesce(m.from_month, a.start_month) AS from_month, m.to_month, n.head_count, m.row_id AS row_award_member,
           coalesce(names_match(o.name, i.name), true) AS one_name
    FROM   official         AS o
    JOIN   identity         AS i ON i.person_key = o.person_key
    JOIN   award_member     AS m ON m.person_key = o.person_key
    JOIN   award            AS a ON a.award_key = m.award_key
    JOIN   award_head_count AS n ON n.award_key = m.award_key
),
paid AS (
    SELECT c.person_key, c.official_key, c.organisation, c.post, c.in_office_from, c.row_official,
           p.household_key, p.award_key, p.month, p.amount_fen / c.head_count AS share_fen,
           p.row_id AS row_payment, c.row_award_member,
           CASE WHEN c.in_office_from >= month_after(p.month) OR c.in_office_to < p.month THEN 'out_of_office'
                WHEN NOT c.one_name THEN 'name_mismatch' END AS exemption
    FROM   covered AS c
    JOIN   payment AS p ON p.award_key = c.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= coalesce(c.from_month, p.month)
      AND  p.month <= coalesce(c.to_month, p.month)
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY person_key, month, row_payment
                              ORDER BY CASE WHEN exemption IS NULL THEN 0 ELSE 1 END, in_office_from DESC, row_official, row_award_member) AS choice,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY person_key) AS all_exempt,
           min(month) OVER (PARTITION BY person_key) AS first_month
    FROM   paid
)
SELECT person_key AS subject_key, household_key, award_key, person_key, official_key, month, share_fen AS amount_fen, exemption,
       organisation, post, in_office_from, in_office_from AS known_on,
       row_official, row_payment, row_award_member
FROM   ranked
WHERE  choice = 1
  AND  (exemption IS NULL OR (all_exempt = 1 AND month = first_month))
ORDER  BY subject_key, exemption, month, award_key, row_payment
