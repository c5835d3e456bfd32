-- id         = "b05_temporary_split_grants"
-- typology   = "B05"
-- version    = 2
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["temporary_grant", "household_standard", "award", "payment"]
-- optional   = ["standard"]
-- # Sums and limits are facts; that slices were cut on purpose is not, and a county may lift its cap case by case.
-- prior      = 0.5
-- reason_zh  = "{name}家庭{how_zh}{total}元，超过{limit_zh}{limit}元，涉及{amount}元。"
-- reason_en  = "The household of {name} {how_en} {total} yuan, over {limit_en} of {limit} yuan; {amount} yuan at issue."
-- why        = "What is over the township's limit the county must look at. Slices under it keep the county out, and a grant over the cap keeps the rule out."
-- innocent   = ["Several true emergencies in one bad half-year.", "A large household, or persons added after the number was entered.", "The county decided on a great hardship case by case (一事一议) and left the paper outside the system."]
-- blind      = ["Slices cut over several households of one family.", "Programmes other than temporary aid.", "The cap cannot be tested for places without a standard."]
-- basis      = ["国发〔2014〕47号 (township decides small grants)", "社会救助暂行办法 art. 47 to 51", "local cap on temporary aid"]
-- [exemptions.spread_out]
-- zh       = "各次救助相隔较远，任一期限内均不足三次或合计未超限额"
-- en       = "the grants lie further apart: no such period holds three of them with a sum over the limit"
-- [exemptions.within_cap]
-- zh       = "按保障人数计算未超过封顶线"
-- en       = "within the cap for the number of persons"
-- [parameters.window_days]
-- default = 180
-- min     = 30
-- max     = 366
-- meaning = "days between the first and the last of the small grants that are looked at together"

-- Two cases. Slices: small grants that some period holds together, three or more and in sum over what the
-- township may decide. Cap: one grant over the months of the standard for its persons; only the excess counts.
WITH small AS (
    SELECT *, 100 * local_number(region_code, 'temporary_township_limit', granted_on) AS limit_fen
    FROM   temporary_grant
    WHERE  amount_fen > 0 AND amount_fen <= 100 * local_number(region_code, 'temporary_township_limit', granted_on)
),
several AS (
    SELECT household_key, count(*) AS grants, sum(amount_fen) AS sum_fen
    FROM   small
    GROUP  BY household_key
    HAVING count(*) >= 3 AND sum(amount_fen) > min(limit_fen)
),
period AS (
    SELECT a.household_key, a.granted_on AS from_on, max(b.granted_on) AS to_on
    FROM   several AS v
    JOIN   small   AS a ON a.household_key = v.household_key
    JOIN   small   AS b ON b.household_key = a.household_key
    WHERE  b.granted_on >= a.granted_on AND b.granted_on <= day_add(a.granted_on, CAST($window_days AS BIGINT))
    GROUP  BY a.household_key, a.row_award, a.granted_on, a.limit_fen
    HAVING count(*) >= 3 AND sum(b.amount_fen) > a.limit_fen
),
sliced AS (
    SELECT s.row_award, count(p.from_on) > 0 AS together
    FROM   several AS v
    JOIN   small   AS s ON s.household_key = v.household_key
    LEFT   JOIN period AS p ON p.household_key = s.household_key AND s.granted_on >= p.from_on AND s.granted_on <= p.to_on
    GROUP  BY s.row_award
),
slices AS (
    SELECT s.*, p.together,
           count(*) OVER sight AS times, sum(s.amount_fen) OVER sight AS sum_fen,
           bool_or(p.together) OVER (PARTITION BY s.household_key) AS any_together,
           row_number() OVER (PARTITION BY s.household_key ORDER BY s.granted_on, s.row_award) AS nth
    FROM   sliced AS p
    JOIN   small  AS s ON s.row_award = p.row_award
    WINDOW sight AS (PARTITION BY s.household_key, p.together)
),
measured AS (
    SELECT g.row_award, max(s.standard_fen * local_number(g.region_code, 'temporary_cap_months', g.granted_on)) AS cap_fen,
           min(s.row_standard) AS row_standard
    FROM   temporary_grant    AS g
    JOIN   household_standard AS s ON s.household_key = g.household_key
    WHERE  s.programme = 'dibao' AND s.from_month <= g.from_month AND (s.until_month IS NULL OR s.until_month > g.from_month)
    GROUP  BY g.row_award
),
capped AS (
    SELECT g.*, m.cap_fen, m.row_standard,
           CASE WHEN g.amount_fen <= m.cap_fen * g.head_count THEN 'within_cap' END AS exempt_as,
           min(CASE WHEN g.amount_fen <= m.cap_fen * g.head_count THEN 1 ELSE 0 END) OVER (PARTITION BY g.household_key) AS all_exempt,
           row_number() OVER (PARTITION BY g.household_key ORDER BY g.granted_on, g.row_award) AS nth
    FROM   measured        AS m
    JOIN   temporary_grant AS g ON g.row_award = m.row_award
    WHERE  g.head_count > 0 AND g.amount_fen > m.cap_fen
),
judged AS (
    SELECT 'slices' AS case_key, grant_no, household_key, award_key, application_key, from_month, to_month, granted_on,
           amount_fen, CAST(0 AS DOUBLE) AS lawful_fen, sum_fen, limit_fen,
           CASE WHEN NOT any_together THEN 'spread_out' END AS exempt_as,
           concat(CASE WHEN any_together THEN concat('在', CAST(CAST($window_days AS BIGINT) AS VARCHAR), '天内') ELSE '' END,
                  '分', CAST(times AS VARCHAR), '次领取均不超过乡镇审批限额的临时救助，合计') AS how_zh,
           concat('was granted temporary aid ', CAST(times AS VARCHAR), ' times',
                  CASE WHEN any_together THEN concat(' within ', CAST(CAST($window_days AS BIGINT) AS VARCHAR), ' days') ELSE '' END,
                  ', each within what the township decides itself, together') AS how_en,
           '乡镇审批限额' AS limit_zh, 'the township''s limit' AS limit_en,
           row_award, row_application, CAST(NULL AS BIGINT) AS row_standard
    FROM   slices
    WHERE  together OR (NOT any_together AND nth = 1)
    UNION  ALL
    SELECT 'cap', grant_no, household_key, award_key, application_key, from_month, to_month, granted_on,
           amount_fen, cap_fen * head_count, amount_fen AS sum_fen, CASE WHEN exempt_as IS NULL THEN cap_fen * head_count ELSE cap_fen END AS limit_fen,
           exempt_as,
           '一次获批临时救助',
           'was granted temporary aid at once of',
           CASE WHEN exempt_as IS NULL THEN concat('按', CAST(head_count AS VARCHAR), '人计算的封顶线') ELSE '一人的封顶线' END,
           CASE WHEN exempt_as IS NULL THEN concat('the cap for ', CAST(head_count AS VARCHAR), ' persons') ELSE 'the cap for one person' END,
           row_award, row_application, row_standard
    FROM   capped
    WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
),
paid AS (
    SELECT j.case_key, j.grant_no, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           -- What is lawful of one grant is lawful of its first payments.
           sum(p.amount_fen) OVER (PARTITION BY j.case_key, j.grant_no ORDER BY p.month, p.row_id
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far_fen
    FROM   judged  AS j
    JOIN   award   AS a ON a.household_key = j.household_key AND a.programme = 'temporary' AND coalesce(a.application_key, -1 - a.award_key) = j.grant_no
    JOIN   payment AS p ON p.award_key = a.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
)
SELECT j.household_key AS subject_key, j.case_key, j.household_key, coalesce(p.award_key, j.award_key) AS award_key, j.application_key,
       coalesce(p.month, j.from_month) AS month,
       -- Payments before the window are not exported; what was granted then was paid, as far as one knows.
       CAST(greatest(CASE WHEN p.award_key IS NOT NULL THEN least(p.amount_fen, p.so_far_fen - j.lawful_fen)
                          WHEN j.to_month < $window_from THEN j.amount_fen - j.lawful_fen ELSE 0 END, 0) AS BIGINT) AS amount_fen,
       CASE j.exempt_as WHEN 'spread_out' THEN 'spread_out' WHEN 'within_cap' THEN 'within_cap' END AS exemption,
       j.how_zh, j.how_en, round(j.sum_fen / 100.0, 2) AS total, j.limit_zh, j.limit_en, round(j.limit_fen / 100.0, 2) AS limit,
       j.row_award, j.row_application, p.row_payment, j.row_standard
FROM   judged AS j
LEFT   JOIN paid AS p ON p.case_key = j.case_key AND p.grant_no = j.grant_no
ORDER  BY subject_key, case_key, exemption, j.granted_on, j.row_award, month, p.row_payment
