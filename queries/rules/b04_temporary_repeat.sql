-- id         = "b04_temporary_repeat"
-- typology   = "B04"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["temporary_grant", "application", "award", "payment"]
-- needs      = ["application.cause"]
-- # The repeat is in the office's own files; whether it was a new misfortune of the same kind only the papers tell.
-- prior      = 0.5
-- reason_zh  = "{name}家庭以同一事由（{cause}）于{first_on}和{granted_on}两次获批临时救助，相隔{days}天，在{limit}天之内，后一次涉及{amount}元。"
-- reason_en  = "The household of {name} was granted temporary aid twice for one cause ({cause}), on {first_on} and {granted_on}, {days} days apart and so within {limit}; the later grant is {amount} yuan."
-- why        = "Temporary aid bridges one emergency, once. Paid again for the same cause it becomes a second benefit without the tests of one, or a favour."
-- innocent   = ["The aid was phased by one decision, and the text of the cause does not say so.", "A second misfortune of the same kind: another illness, another member.", "The county decided on the hardship case by case (一事一议) and let it through.", "The first grant was returned by the bank and granted anew."]
-- blind      = ["The same cause in other words.", "A member who claims again in another household or another county.", "Awards without an application have no cause: see C09."]
-- basis      = ["社会救助暂行办法 art. 47 to 51", "local rule on repeated temporary aid"]
-- [exemptions.phased]
-- zh       = "事由注明分阶段救助"
-- en       = "the cause says that the aid is phased"
-- contract = "cause text says 分阶段 (phased)"

-- Each grant against the one before it for the same cause; what the text says of phases is no part of the cause.
WITH asked AS (
    SELECT g.*, s.cause, strpos(s.cause, '分阶段') > 0 AS phased,
           regexp_replace(regexp_replace(name_normal(s.cause), '[(（][^()（）]*分阶段[^()（）]*[)）]', ''), '分阶段(救助|实施|发放)?', '') AS same_cause
    FROM   temporary_grant AS g
    JOIN   application     AS s ON s.application_key = g.application_key
    WHERE  s.cause IS NOT NULL
),
following AS (
    SELECT *,
           lag(granted_on) OVER earlier AS first_on, lag(phased) OVER earlier AS first_phased,
           lag(row_award) OVER earlier AS row_award_first, lag(row_application) OVER earlier AS row_application_first
    FROM   asked
    WINDOW earlier AS (PARTITION BY household_key, same_cause ORDER BY granted_on, award_key)
),
repeated AS (
    SELECT *, days_between(first_on, granted_on) AS days,
           CAST(local_number(region_code, 'temporary_repeat_days', granted_on) AS BIGINT) AS day_limit,
           CASE WHEN phased OR first_phased THEN 'phased' END AS exempt_as
    FROM   following
    WHERE  days_between(first_on, granted_on) <= local_number(region_code, 'temporary_repeat_days', granted_on)
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key, same_cause) AS all_exempt,
           row_number() OVER (PARTITION BY household_key, same_cause, exempt_as ORDER BY granted_on, award_key) AS nth
    FROM   repeated
),
paid AS (
    SELECT r.grant_no, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   ranked  AS r
    JOIN   award   AS a ON a.household_key = r.household_key AND a.programme = 'temporary' AND coalesce(a.application_key, -1 - a.award_key) = r.grant_no
    JOIN   payment AS p ON p.award_key = a.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
)
SELECT r.household_key AS subject_key, r.same_cause AS case_key, r.household_key, coalesce(p.award_key, r.award_key) AS award_key, r.application_key,
       coalesce(p.month, r.from_month) AS month,
       -- Payments before the window are not exported; what was granted then was paid, as far as one knows.
       coalesce(p.amount_fen, CASE WHEN r.to_month < $window_from THEN r.amount_fen ELSE 0 END) AS amount_fen,
       CASE r.exempt_as WHEN 'phased' THEN 'phased' END AS exemption,
       r.cause, r.first_on, r.granted_on, r.days, r.day_limit AS limit,
       r.row_award_first, r.row_application_first, r.row_award, r.row_application, p.row_payment
FROM   ranked AS r
LEFT   JOIN paid AS p ON p.grant_no = r.grant_no
WHERE  r.exempt_as IS NULL OR (r.all_exempt = 1 AND r.nth = 1)
ORDER  BY subject_key, case_key, exemption, r.granted_on, award_key, month, row_payment
