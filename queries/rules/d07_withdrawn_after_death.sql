-- id         = "d07_withdrawn_after_death"
-- typology   = "D07"
-- version    = 2
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["account_transaction", "account", "payment", "award_member", "award_head_count", "household", "identity", "death_record"]
-- columns    = ["payment.account_no"]
-- # A tested death and a debit at the bank are two independent sources; what remains is who drew, and whether it went back.
-- prior      = 0.75
-- reason_zh  = "{name}已于{died_on}死亡，其名下账户{account_no}在死亡{grace_days}天之后仍有支出（首笔{drawn_on}），支取死亡后发放的救助金{amount}元，涉及{months}个月（{month_from}至{month_to}）。"
-- reason_en  = "{name} died on {died_on}; account {account_no} in that name was still drawn on more than {grace_days} days later (first on {drawn_on}), {amount} yuan of it assistance paid after the death, in {months} months ({month_from} to {month_to})."
-- why        = "A payment after a death may be lag; somebody who goes to the machine with the card of the dead knows what he takes."
-- innocent   = ["Heirs settled burial and debts and the rest was paid back later.", "Survivors live on the household's money, which still went to the old account.", "Fees and standing orders that the bank booked by itself.", "The death record is wrong: see whether the person has been met since."]
-- blind      = ["Accounts whose statements no lawful order produced.", "Cash held at home, cards used by others before the death.", "Deaths that no extract holds."]
-- basis      = ["刑法 art. 382 (国家工作人员), art. 266 (他人)", "2022年10月民政部、财政部通知（死亡后3个月内核查调整）"]
-- [exemptions.name_mismatch]
-- zh       = "死亡登记上的姓名与本人不符，可能属于他人"
-- en       = "the death record bears another name and may be another person's"
-- [exemptions.sign_of_life]
-- zh       = "死亡日期之后仍有参保、就医、结婚或开户记录，死亡登记存疑"
-- en       = "contributions, hospital, marriage or a new account after the day: the death record is disputed"
-- [exemptions.survivors_money]
-- zh       = "死亡后发放的均为在世家庭成员的份额"
-- en       = "all that was paid after the death was the share of survivors"
-- [parameters.grace_days]
-- default = 30
-- min     = 0
-- max     = 180
-- meaning = "debits within so many days of the death may be burial and settlement"

-- A debit takes from what assistance after the death has left on the account at its day: what is drawn in all, but
-- never more than came in before it. Of that the dead person's part is at issue, the survivors' is lawful.
WITH dead AS (
    SELECT d.person_key, d.died_on, d.registered_on, d.doubt, d.row_death, d.row_employment, d.row_medical_settlement, d.row_marriage,
           d.row_account AS row_account_opened, c.account_key, c.account_no, c.row_id AS row_account
    FROM   (SELECT DISTINCT account_key FROM account_transaction WHERE direction = 'out') AS s
    JOIN   account      AS c ON c.account_key = s.account_key
    JOIN   identity     AS i ON i.person_key = c.holder_key
    JOIN   death_record AS d ON d.person_key = c.holder_key
    WHERE  d.choice = 1 AND d.died_on <= $as_of AND coalesce(names_match(c.holder_name, i.name), true)
),
covered AS (
    SELECT person_key, award_key, people = 1 AS alone, min(coalesce(from_month, DATE '1900-01-01')) AS from_month, max(coalesce(to_month, DATE '2999-12-01')) AS to_month,
           min(row_id) AS row_award_member
    FROM   (SELECT m.*, count(DISTINCT coalesce(CAST(m.person_key AS BIGINT), -m.row_id)) OVER (PARTITION BY m.award_key) AS people
            FROM   award_member AS m
            WHERE  m.award_key IN (SELECT award_key FROM award_member WHERE person_key IN (SELECT person_key FROM dead))) AS m
    WHERE  person_key IN (SELECT person_key FROM dead)
    GROUP  BY person_key, award_key, people
),
paid AS (
    SELECT d.account_key, p.household_key, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment, m.row_award_member,
           coalesce(p.paid_on, p.due_on, day_add(p.month, CAST(local_number(h.region_code, 'pay_day', p.month) AS BIGINT) - 1)) AS paid_on, d.died_on,
           -- Of an award for the dead alone all is at issue, even where the list was closed and the money went on.
           CASE WHEN m.award_key IS NOT NULL THEN p.amount_fen / n.head_count WHEN w.award_key IS NOT NULL AND w.alone THEN p.amount_fen ELSE 0 END AS share_fen
    FROM   dead      AS d
    JOIN   payment   AS p ON p.account_key = d.account_key
    JOIN   household AS h ON h.household_key = p.household_key
    JOIN   award_head_count AS n ON n.award_key = p.award_key
    LEFT   JOIN covered     AS m ON m.award_key = p.award_key AND m.person_key = d.person_key AND p.month BETWEEN m.from_month AND m.to_month
    LEFT   JOIN covered     AS w ON w.award_key = p.award_key AND w.person_key = d.person_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
),
booked AS (
    SELECT account_key, paid_on AS day, 0 AS side, amount_fen AS in_fen, share_fen, 0 AS out_fen,
           household_key, award_key, month, row_payment, row_award_member, CAST(NULL AS BIGINT) AS row_account_transaction
    FROM   paid
    WHERE  paid_on > died_on
    UNION  ALL
    SELECT d.account_key, CAST(t.at AS DATE), 1, 0, 0, t.amount_fen, NULL, NULL, NULL, NULL, NULL, t.row_id
    FROM   dead AS d
    JOIN   account_transaction AS t ON t.account_key = d.account_key
    WHERE  t.direction = 'out' AND CAST(t.at AS DATE) > d.died_on
),
summed AS (
    SELECT *,
           sum(in_fen) OVER w AS in_sum, sum(share_fen) OVER w AS share_sum, sum(out_fen) OVER w AS out_sum,
           -- The payment a debit draws on is the last before it.
           last_value(row_payment) IGNORE NULLS OVER w AS last_payment
    FROM   booked
    WINDOW w AS (PARTITION BY account_key ORDER BY day, side, row_payment, row_account_transaction ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
drawn AS (
    SELECT *,
           out_sum + least(min(in_sum - out_sum) OVER (PARTITION BY account_key ORDER BY day, side, row_payment, row_account_transaction
                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0) AS taken_sum
    FROM   summed
),
stepped AS (
    SELECT *, taken_sum - coalesce(lag(taken_sum) OVER (PARTITION BY account_key ORDER BY day, side, row_payment, row_account_transaction), 0) AS taken_fen
    FROM   drawn
),
late AS (
    SELECT d.*, b.day AS drawn_on, b.row_account_transaction, p.household_key, p.award_key, p.month, p.row_payment, p.row_award_member,
           CAST(b.taken_fen * b.share_sum / nullif(b.in_sum, 0) AS BIGINT) AS amount_fen,
           CASE WHEN d.doubt IS NOT NULL THEN d.doubt WHEN b.share_sum = 0 THEN 'survivors_money' END AS exempt_as
    FROM   stepped AS b
    JOIN   dead    AS d ON d.account_key = b.account_key
    JOIN   paid    AS p ON p.row_payment = b.last_payment
    WHERE  b.side = 1 AND b.taken_fen > 0 AND b.day > day_add(d.died_on, CAST($grace_days AS BIGINT)) AND b.day <= $as_of
),
ranked AS (
    SELECT *,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY person_key) AS all_exempt,
           row_number() OVER (PARTITION BY person_key ORDER BY drawn_on, row_account_transaction) AS nth
    FROM   late
)
SELECT person_key AS subject_key, household_key, award_key, person_key, account_key, month, amount_fen,
       CASE exempt_as WHEN 'name_mismatch' THEN 'name_mismatch' WHEN 'sign_of_life' THEN 'sign_of_life' WHEN 'survivors_money' THEN 'survivors_money' END AS exemption,
       registered_on AS known_on, died_on, account_no, drawn_on, $grace_days AS grace_days,
       row_death, row_account_transaction, row_payment, row_account, row_award_member,
       row_employment AS against_employment, row_medical_settlement AS against_medical_settlement,
       row_marriage AS against_marriage, row_account_opened AS against_account
FROM   ranked
WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, drawn_on, row_account_transaction
