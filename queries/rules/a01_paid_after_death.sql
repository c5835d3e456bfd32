-- id         = "a01_paid_after_death"
-- typology   = "A01"
-- version    = 4
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award", "award_member", "payment", "household", "death_record", "award_head_count"]
-- # Published single-table death matches held in 13 to 35 % of cases; name and signs of life are tested here first.
-- prior      = 0.7
-- reason_zh  = "{name}已于{died_on}死亡（{source_zh}），此后仍以{role_zh}身份发放{months}个月（{month_from}至{month_to}），其本人份额{amount}元{escalated_zh}。"
-- reason_en  = "{name} died on {died_on} ({source_en}); as {role_en}, {months} later months were still paid ({month_from} to {month_to}), {amount} yuan of it the share of the dead{escalated_en}."
-- why        = "The dead need no support: a share still paid reaches somebody else, and the office is bound to adjust within three months of a death."
-- innocent   = ["The death record is a clerical error: see whether the person has been met since.", "The family reported the death and the office stopped late; the money may already be returned.", "The payment settles arrears for months before the death under a wrong month.", "Burial costs or survivors' support were booked under the benefit."]
-- blind      = ["Deaths that no extract holds: at home, without cremation, in another province.", "A survivor who goes on drawing the account after the benefit was rightly stopped.", "Schools are no source of signs of life here."]
-- basis      = ["2022年10月民政部、财政部通知（死亡后3个月内核查调整）", "社会救助暂行办法 art. 13"]
-- [exemptions.name_mismatch]
-- zh       = "死亡登记上的姓名与本人不符，可能属于他人"
-- en       = "the death record bears another name and may be another person's"
-- contract = "name on the death record does not match the person"
-- [exemptions.sign_of_life]
-- zh       = "死亡日期之后仍有参保、就医、结婚或开户记录，死亡登记存疑"
-- en       = "contributions, hospital, marriage or a new account after the day: the death record is disputed"
-- contract = "any later sign of life (employment, medical settlement, marriage, school, account opened) = disputed death record, a data_quality finding"
-- [exemptions.within_grace]
-- zh       = "处于死亡后允许调整的期限内"
-- en       = "inside the time that is allowed for adjusting after a death"
-- [exemptions.survivors_share]
-- zh       = "本人份额已停发，发给在世成员的份额合法"
-- en       = "the share of the dead was taken out, the share of the living is lawful"
-- contract = "survivors' share is lawful"

-- The share of the dead in every month paid beyond the grace. A payee who is not covered has no share:
-- the money of the living goes on lawfully, only into the wrong hands, and counts zero. Off the list is not off the
-- money, nor the other way round: what a month pays in all is the living's if each of them gets no more of it than
-- before, and where the list leaves the dead out also if the living are as many as the award pays for.
WITH dead AS (
    SELECT person_key, died_on, CASE WHEN registered_on IS NOT NULL THEN greatest(died_on, registered_on) END AS known_on, source, doubt, row_death, row_employment, row_medical_settlement, row_marriage, row_account
    FROM   death_record
    WHERE  choice = 1 AND died_on <= $as_of
),
on_list AS (
    SELECT d.*, p.household_key, p.award_key, p.month, p.row_id AS row_payment, m.row_id AS row_award_member,
           p.amount_fen, n.head_count AS heads, a.monthly_amount_fen AS held_fen,
           sum(p.amount_fen) OVER (PARTITION BY d.person_key, m.row_id, p.award_key, p.month) AS month_fen
    FROM   dead AS d
    JOIN   award_member AS m ON m.person_key = d.person_key
    JOIN   award AS a ON a.award_key = m.award_key
    JOIN   award_head_count AS n ON n.award_key = m.award_key
    JOIN   payment AS p ON p.award_key = m.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month > month_of(d.died_on)
      AND  p.month >= coalesce(m.from_month, a.start_month, p.month)
      AND  p.month <= coalesce(m.to_month, p.month)
),
left_off AS (
    -- What was paid on under the programme for months in which the list no longer names the dead: under the award of
    -- the month of death (`held`), under the rows of the same benefit that follow it, and under others.
    SELECT x.person_key, x.household_key, x.award_key, x.month, x.amount_fen, x.persons, x.held_key, x.held_fen, x.follows, x.row_payment, x.row_award_member, x.doubt,
           sum(x.amount_fen) OVER (PARTITION BY x.person_key, x.award_key, x.month) AS month_fen
    FROM   (SELECT d.person_key, d.doubt, p.household_key, p.award_key, p.month, p.amount_fen, n.persons, a.award_key AS held_key, a.monthly_amount_fen AS held_fen,
                   coalesce(n.application_key, -1) = coalesce(a.application_key, -1) AND n.start_month > a.end_month AS follows,
                   p.row_id AS row_payment, m.row_id AS row_award_member,
                   row_number() OVER (PARTITION BY d.person_key, p.row_id
                                      ORDER BY CASE WHEN n.award_key = a.award_key THEN 0 ELSE 1 END, a.start_month DESC, m.row_id) AS nth
            FROM   dead         AS d
            JOIN   award_member AS m ON m.person_key = d.person_key
            JOIN   award        AS a ON a.award_key = m.award_key
            JOIN   award        AS n ON n.household_key = a.household_key AND n.programme = a.programme
            JOIN   payment      AS p ON p.award_key = n.award_key
            WHERE  p.status = 'paid' AND p.amount_fen > 0
              AND  p.month > month_of(d.died_on)
              AND  coalesce(m.from_month, a.start_month) <= d.died_on
              AND  coalesce(m.to_month, a.end_month, d.died_on) >= month_of(d.died_on)) AS x
    LEFT   ANTI JOIN on_list AS v ON v.person_key = x.person_key AND v.row_payment = x.row_payment
    WHERE  x.nth = 1
),
gone AS (
    -- Whose death is disputed lives as far as the others' shares go.
    SELECT row_payment, count(DISTINCT person_key) AS gone
    FROM   (SELECT row_payment, person_key FROM on_list WHERE doubt IS NULL
            UNION  ALL
            SELECT row_payment, person_key FROM left_off WHERE doubt IS NULL AND (award_key = held_key OR follows)) AS x
    GROUP  BY row_payment
),
covered AS (
    -- A month that was paid without the shares of the dead is the living's, whatever the list says.
    SELECT x.person_key, x.died_on, x.known_on, x.source, x.doubt, x.row_death, x.row_employment, x.row_medical_settlement, x.row_marriage, x.row_account,
           x.household_key, x.award_key, x.month, x.row_payment, x.row_award_member,
           CASE WHEN x.without THEN 0 ELSE x.amount_fen / x.heads END AS share_fen,
           CASE WHEN x.without THEN 'survivors' ELSE 'covered' END AS role
    FROM   (SELECT l.*, coalesce(l.doubt IS NULL AND g.gone < l.heads AND l.month_fen * l.heads <= l.held_fen * (l.heads - g.gone) + 100 * l.heads, false) AS without
            FROM   on_list AS l
            LEFT   JOIN gone AS g ON g.row_payment = l.row_payment) AS x
),
at_death AS (
    -- Of several deaths the first tells for how many the award was.
    SELECT held_key, max(persons) AS persons
    FROM   (SELECT l.person_key, l.held_key, count(DISTINCT m.person_key) AS persons
            FROM   (SELECT DISTINCT person_key, held_key FROM left_off) AS l
            JOIN   dead         AS d ON d.person_key = l.person_key
            JOIN   award_member AS m ON m.award_key = l.held_key
            WHERE  coalesce(m.from_month, d.died_on) <= d.died_on AND coalesce(m.to_month, d.died_on) >= month_of(d.died_on)
            GROUP  BY l.person_key, l.held_key) AS x
    GROUP  BY held_key
),
named AS (
    -- Who of those whom the list of an award names for a month lives in it.
    SELECT award_key, month, count(DISTINCT CASE WHEN covers AND coalesce(died_on >= month, true) THEN person_key END) AS living
    FROM   (SELECT l.award_key, l.month, m.person_key, d.died_on,
                   coalesce(m.from_month, l.month) <= l.month AND coalesce(m.to_month, l.month) >= l.month AS covers
            FROM   (SELECT DISTINCT award_key, month FROM left_off) AS l
            JOIN   award_member AS m ON m.award_key = l.award_key
            LEFT   JOIN dead    AS d ON d.person_key = m.person_key AND d.doubt IS NULL) AS v
    GROUP  BY award_key, month
),
measured AS (
    -- For how many an award is paid: its own number, else those whom its list named in the month of death.
    SELECT l.*, l.award_key = l.held_key AS same_award, n.living, a.monthly_amount_fen < l.held_fen AS lowered,
           CASE WHEN l.persons > 0 THEN CAST(l.persons AS BIGINT) WHEN l.award_key = l.held_key THEN h.persons END AS heads,
           coalesce(g.gone, 0) AS gone
    FROM   left_off      AS l
    JOIN   award         AS a ON a.award_key = l.award_key
    LEFT   JOIN at_death AS h ON h.held_key = l.held_key
    LEFT   JOIN gone     AS g ON g.row_payment = l.row_payment
    LEFT   JOIN named    AS n ON n.award_key = l.award_key AND n.month = l.month
),
gone_on AS (
    -- What the records do not tell speaks for the family.
    SELECT d.*, x.household_key, x.award_key, x.month, x.row_payment, x.row_award_member,
           CASE WHEN x.lawful THEN 0 ELSE x.amount_fen / x.heads END AS share_fen,
           CASE WHEN x.lawful THEN 'survivors' ELSE 'left_off' END AS role
    FROM   (SELECT *, coalesce(NOT (same_award OR follows) OR living >= heads
                               OR CASE WHEN same_award THEN month_fen * heads <= held_fen * (heads - gone) + 100 * heads ELSE lowered END, true) AS lawful
            FROM   measured) AS x
    JOIN   dead AS d ON d.person_key = x.person_key
),
payee AS (
    SELECT d.*, p.household_key, p.award_key, p.month, p.row_id AS row_payment, CAST(NULL AS BIGINT) AS row_award_member,
           CAST(0 AS BIGINT) AS share_fen, 'payee' AS role
    FROM   dead AS d
    JOIN   payment AS p ON p.payee_key = d.person_key
    LEFT   JOIN award_member AS m
           ON  m.award_key = p.award_key AND m.person_key = p.payee_key
           AND p.month >= coalesce(m.from_month, p.month) AND p.month <= coalesce(m.to_month, p.month)
    LEFT   JOIN gone_on AS g ON g.row_payment = p.row_id AND g.person_key = d.person_key AND g.role = 'left_off'
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month > month_of(d.died_on)
      AND  m.award_key IS NULL AND g.row_payment IS NULL
),
late AS (
    SELECT x.*, h.region_code,
           CASE WHEN x.role <> 'survivors' AND x.month <= month_add(x.died_on, CAST(local_number(h.region_code, 'death_grace_months', x.died_on) AS BIGINT)) THEN 'within_grace'
                WHEN x.role = 'survivors' THEN 'survivors_share' END AS lawful
    FROM   (SELECT * FROM covered UNION ALL SELECT * FROM payee UNION ALL SELECT * FROM gone_on) AS x
    JOIN   household AS h ON h.household_key = x.household_key
),
judged AS (
    SELECT *,
           max(CASE WHEN lawful IS NULL THEN months_between(died_on, month) END) OVER (PARTITION BY person_key)
               > local_number(region_code, 'death_escalate_months', died_on) AS escalated,
           min(CASE WHEN lawful IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY person_key) AS all_lawful,
           row_number() OVER (PARTITION BY person_key ORDER BY lawful DESC, month, row_payment, row_award_member) AS nth
    FROM   late
)
SELECT j.person_key AS subject_key, j.household_key, j.award_key, j.month,
       j.share_fen AS amount_fen,
       CASE j.doubt WHEN 'name_mismatch' THEN 'name_mismatch' WHEN 'sign_of_life' THEN 'sign_of_life'
                    ELSE CASE j.lawful WHEN 'within_grace' THEN 'within_grace' WHEN 'survivors_share' THEN 'survivors_share' END END AS exemption,
       -- Who could not yet read it in a register could not stop the payment.
       j.known_on, j.died_on,
       CASE j.source WHEN 'hukou' THEN '户籍注销' WHEN 'cremation' THEN '火化记录' WHEN 'hospital' THEN '医院记录' ELSE '死亡登记' END AS source_zh,
       CASE j.source WHEN 'hukou' THEN 'household register' WHEN 'cremation' THEN 'cremation record' WHEN 'hospital' THEN 'hospital record' ELSE 'death register' END AS source_en,
       CASE j.role WHEN 'covered' THEN '保障对象' WHEN 'left_off' THEN '已不在名单而金额未减的保障对象' WHEN 'survivors' THEN '在世家庭成员' ELSE '领取人' END AS role_zh,
       CASE j.role WHEN 'covered' THEN 'a covered person' WHEN 'left_off' THEN 'a covered person taken off the list and not out of the amount' WHEN 'survivors' THEN 'the living of the household' ELSE 'the payee' END AS role_en,
       CASE WHEN j.escalated THEN '，已超过死亡后核查调整的最长期限' ELSE '' END AS escalated_zh,
       CASE WHEN j.escalated THEN '; this is beyond the time allowed for adjusting after a death' ELSE '' END AS escalated_en,
       j.row_death, j.row_payment, j.row_award_member,
       j.row_employment AS against_employment, j.row_medical_settlement AS against_medical_settlement,
       j.row_marriage AS against_marriage, j.row_account AS against_account
FROM   judged AS j
WHERE  j.lawful IS NULL OR (j.all_lawful = 1 AND j.nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
