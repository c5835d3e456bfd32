-- id         = "d06_three_way_mismatch"
-- typology   = "D06"
-- version    = 2
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["payment", "award", "household", "paid_run", "account_transaction"]
-- optional   = ["account_transaction"]
-- columns    = ["payment.account_no", "payment.paid_on"]
-- # Three ledgers of three hands seldom differ by chance; batches booked together and corrections are what explains it.
-- prior      = 0.65
-- reason_zh  = "{name}的救助待遇{months}个月（{month_from}至{month_to}）审批、发放、银行三方账目不符：{what_zh}，涉及{amount}元。"
-- reason_en  = "In {months} months ({month_from} to {month_to}) award, payment list and bank disagree for {name}: {what_en}; {amount} yuan."
-- why        = "What the list calls paid and the bank never saw, or what the list pays beyond the award, is money that left the fund for somewhere else."
-- innocent   = ["The bank booked several payments in one sum, or the file came a week late.", "Arrears or a correction entered without a word.", "A price subsidy or a holiday grant paid in the same line."]
-- blind      = ["Accounts whose statements no lawful order produced: there the list stands alone.", "A list that agrees with the bank because both follow one false award.", "The first and last days of a statement, where the credit may lie outside."]
-- basis      = ["社会救助暂行办法 art. 66", "刑法 art. 382 and 384"]
-- [exemptions.arrears_of_missed_month]
-- zh       = "超出部分为此前漏发月份的一次性补发"
-- en       = "the surplus is a lump sum for months that were missed before"
-- contract = "lump-sum arrears equal to missed months"
-- [exemptions.returned_repaid]
-- zh       = "退票后重新发放"
-- en       = "returned by the bank and paid again"
-- contract = "returned and re-paid"
-- [parameters.credit_days]
-- default = 5
-- min     = 0
-- max     = 31
-- meaning = "a credit so many days before or after the day of payment is the payment's"
-- [parameters.silent_days]
-- default = 62
-- min     = 0
-- max     = 366
-- meaning = "a statement is taken to reach so many days beyond its first and last entry, where most others reach as far"
-- [parameters.over_yuan]
-- default = 1
-- min     = 0
-- max     = 100
-- meaning = "a surplus of no more than this, in yuan, is rounding"

-- The bank's side, for accounts whose statement is held: equal payments of one day need as many equal credits, or one
-- credit of the day's sum. Statements come for many accounts at once; an account that is silent while most have begun
-- was not credited, so the usual first and last day bound a statement that was silent no longer than two months.
WITH RECURSIVE calendar AS (
    SELECT $window_from AS month
    UNION  ALL
    SELECT month_after(month) FROM calendar WHERE month < $window_to
),
own AS (
    SELECT account_key, min(CAST(at AS DATE)) AS first_on, max(CAST(at AS DATE)) AS last_on
    FROM   account_transaction
    WHERE  account_key IS NOT NULL
    GROUP  BY account_key
),
usual AS (
    SELECT min(CASE WHEN nth_first = (accounts + 1) / 2 THEN first_on END) AS first_on,
           max(CASE WHEN nth_last = (accounts + 1) / 2 THEN last_on END) AS last_on
    FROM   (SELECT first_on, last_on, count(*) OVER () AS accounts,
                   row_number() OVER (ORDER BY first_on, account_key) AS nth_first,
                   row_number() OVER (ORDER BY last_on DESC, account_key) AS nth_last
            FROM   own) AS o
),
statement AS (
    SELECT o.account_key,
           least(o.first_on, greatest(u.first_on, day_add(o.first_on, -CAST($silent_days AS BIGINT)))) AS first_on,
           greatest(o.last_on, least(u.last_on, day_add(o.last_on, CAST($silent_days AS BIGINT)))) AS last_on
    FROM   own    AS o
    CROSS  JOIN usual AS u
),
listed AS (
    SELECT p.account_key, p.award_key, p.household_key, p.month, p.amount_fen, p.row_id AS row_payment, s.first_on, s.last_on, h.region_code,
           coalesce(p.paid_on, p.due_on, day_add(p.month, CAST(local_number(h.region_code, 'pay_day', p.month) AS BIGINT) - 1)) AS paid_on
    FROM   statement AS s
    JOIN   payment   AS p ON p.account_key = s.account_key
    JOIN   household AS h ON h.household_key = p.household_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
),
told AS (
    SELECT *
    FROM   listed
    WHERE  day_add(paid_on, -CAST($credit_days AS BIGINT)) >= first_on AND day_add(paid_on, CAST($credit_days AS BIGINT)) <= last_on
),
crowded AS (
    SELECT account_key, paid_on FROM told GROUP BY account_key, paid_on HAVING count(*) > 1
),
held AS (
    -- Nearly every payment is the only one of its account and day.
    SELECT t.*, t.amount_fen AS day_fen, 1 AS nth
    FROM   told AS t
    LEFT   ANTI JOIN crowded AS c ON c.account_key = t.account_key AND c.paid_on = t.paid_on
    UNION  ALL
    SELECT t.*, sum(t.amount_fen) OVER (PARTITION BY t.account_key, t.paid_on) AS day_fen,
           CAST(row_number() OVER (PARTITION BY t.account_key, t.paid_on, t.amount_fen ORDER BY t.row_payment) AS BIGINT) AS nth
    FROM   told    AS t
    JOIN   crowded AS c ON c.account_key = t.account_key AND c.paid_on = t.paid_on
),
matched AS (
    SELECT h.row_payment, min(h.nth) AS nth,
           count(CASE WHEN t.amount_fen = h.amount_fen AND abs(days_between(h.paid_on, CAST(t.at AS DATE))) <= $credit_days THEN 1 END) AS equal,
           max(CASE WHEN t.amount_fen = h.day_fen AND abs(days_between(h.paid_on, CAST(t.at AS DATE))) <= $credit_days THEN 1 ELSE 0 END) AS together,
           min(CASE WHEN t.amount_fen = h.amount_fen AND days_between(h.paid_on, CAST(t.at AS DATE)) > $credit_days THEN t.row_id END) AS row_later
    FROM   held AS h
    LEFT   JOIN account_transaction AS t
           ON  t.account_key = h.account_key AND t.direction = 'in'
           AND (t.amount_fen = h.amount_fen OR t.amount_fen = h.day_fen)
           AND CAST(t.at AS DATE) BETWEEN day_add(h.paid_on, -CAST($credit_days AS BIGINT))
                                      AND day_add(h.paid_on, greatest(CAST(local_number(h.region_code, 'reissue_days', h.paid_on) AS BIGINT), CAST($credit_days AS BIGINT)))
    GROUP  BY h.row_payment
),
returned AS (
    SELECT p.award_key, p.month, min(p.row_id) AS row_returned
    FROM   payment AS p
    WHERE  p.status = 'returned'
    GROUP  BY p.award_key, p.month
),
uncredited AS (
    -- A payment whose month bounced and whose credit came within the time for paying again is that payment.
    SELECT h.award_key, h.month, h.amount_fen, h.row_payment,
           CASE WHEN r.award_key IS NOT NULL AND m.row_later IS NOT NULL THEN 'returned_repaid' END AS exempt_as,
           CASE WHEN r.award_key IS NOT NULL THEN m.row_later END AS row_account_transaction
    FROM   held    AS h
    JOIN   matched AS m ON m.row_payment = h.row_payment
    LEFT   JOIN returned AS r ON r.award_key = h.award_key AND r.month = h.month
    WHERE  m.nth > m.equal AND m.together = 0
),
-- The award's side: runs that paid more than their months are due, laid out month by month with their chain. What was
-- missed before is owed; beyond it the balance of the chain reaches a new height, and by so much it is too high.
over_run AS (
    SELECT DISTINCT a.household_key, a.programme, coalesce(a.application_key, -1) AS benefit
    FROM   paid_run AS r
    JOIN   award    AS a ON a.award_key = r.award_key
    WHERE  a.monthly_amount_fen > 0
      AND  r.paid_fen > a.monthly_amount_fen * CASE WHEN a.programme IN ('temporary', 'medical') THEN 1 ELSE r.months END + 100 * $over_yuan
),
chain AS (
    SELECT a.household_key, a.programme, o.benefit, a.award_key, a.monthly_amount_fen AS due_fen, a.row_id AS row_award,
           CASE WHEN a.programme IN ('temporary', 'medical') THEN NULL ELSE greatest(a.start_month, $window_from) END AS first_month,
           least(coalesce(a.end_month, $window_to), $window_to) AS last_month
    FROM   over_run AS o
    JOIN   award    AS a ON a.household_key = o.household_key AND a.programme = o.programme AND coalesce(a.application_key, -1) = o.benefit
    WHERE  a.monthly_amount_fen > 0
),
got AS (
    SELECT p.award_key, p.month, sum(CASE WHEN p.status = 'paid' THEN p.amount_fen ELSE 0 END) AS got_fen,
           max(CASE WHEN p.status = 'paid' THEN p.row_id END) AS row_payment, max(CASE WHEN p.status = 'returned' THEN 1 ELSE 0 END) AS bounced
    FROM   chain   AS c
    JOIN   payment AS p ON p.award_key = c.award_key
    GROUP  BY p.award_key, p.month
),
month_due AS (
    SELECT c.award_key, m.month FROM chain AS c JOIN calendar AS m ON m.month BETWEEN c.first_month AND c.last_month
    UNION
    SELECT award_key, month FROM got
),
ledger AS (
    SELECT c.household_key, c.programme, c.benefit, c.award_key, c.row_award, d.month, months_between($window_from, d.month) AS month_no,
           -- A single grant is due once, with its first payment.
           CASE WHEN c.first_month IS NULL AND row_number() OVER (PARTITION BY c.award_key ORDER BY d.month) > 1 THEN 0 ELSE c.due_fen END AS due_fen,
           coalesce(g.got_fen, 0) AS got_fen, coalesce(g.bounced, 0) AS bounced, g.row_payment
    FROM   chain     AS c
    JOIN   month_due AS d ON d.award_key = c.award_key
    LEFT   JOIN got  AS g ON g.award_key = d.award_key AND g.month = d.month
),
balance AS (
    SELECT *, sum(got_fen - due_fen) OVER (PARTITION BY household_key, programme, benefit ORDER BY month_no, award_key
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS balance_fen,
           max(CASE WHEN got_fen < due_fen THEN bounced ELSE 0 END) OVER (PARTITION BY household_key, programme, benefit ORDER BY month_no, award_key
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bounced_before
    FROM   ledger
),
height AS (
    SELECT *, greatest(max(balance_fen) OVER (PARTITION BY household_key, programme, benefit ORDER BY month_no, award_key
                                              ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0) AS height_fen
    FROM   balance
),
risen AS (
    SELECT *, height_fen - coalesce(lag(height_fen) OVER (PARTITION BY household_key, programme, benefit ORDER BY month_no, award_key), 0) AS surplus_fen
    FROM   height
),
differing AS (
    SELECT award_key, month, amount_fen, 'uncredited' AS what, exempt_as, row_payment, CAST(NULL AS BIGINT) AS row_award, row_account_transaction
    FROM   uncredited
    UNION  ALL
    SELECT r.award_key, r.month, r.surplus_fen, 'over',
           CASE WHEN r.surplus_fen > 100 * $over_yuan THEN NULL
                WHEN r.bounced_before = 1 THEN 'returned_repaid' ELSE 'arrears_of_missed_month' END,
           r.row_payment, r.row_award, NULL
    FROM   risen AS r
    WHERE  r.got_fen - r.due_fen > 100 * $over_yuan
),
chained AS (
    SELECT d.*, a.household_key, a.programme, coalesce(a.application_key, -1) AS benefit, a.start_month
    FROM   differing AS d
    JOIN   award     AS a ON a.award_key = d.award_key
),
ranked AS (
    SELECT *,
           -- What never reached the account is counted already.
           greatest(amount_fen - CASE what WHEN 'over' THEN coalesce(sum(CASE WHEN what = 'uncredited' AND exempt_as IS NULL THEN amount_fen END)
                                                                      OVER (PARTITION BY award_key, month), 0) ELSE 0 END, 0) AS net_fen,
           min(CASE WHEN exempt_as IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key, programme, benefit) AS all_exempt,
           row_number() OVER (PARTITION BY household_key, programme, benefit ORDER BY month, what, row_payment) AS nth,
           max(CASE WHEN exempt_as IS NULL AND what = 'over' THEN 1 ELSE 0 END) OVER (PARTITION BY household_key, programme, benefit) AS any_over,
           max(CASE WHEN exempt_as IS NULL AND what = 'uncredited' THEN 1 ELSE 0 END) OVER (PARTITION BY household_key, programme, benefit) AS any_uncredited
    FROM   chained
),
touched AS (
    -- A chain of awards under one application is one benefit: the finding is of the last award it touches.
    SELECT *, first_value(award_key) OVER (PARTITION BY household_key, programme, benefit ORDER BY start_month DESC, award_key DESC) AS last_award_key
    FROM   ranked
    WHERE  exempt_as IS NULL OR (all_exempt = 1 AND nth = 1)
)
SELECT last_award_key AS subject_key, household_key, award_key, month, CAST(net_fen AS BIGINT) AS amount_fen,
       CASE exempt_as WHEN 'arrears_of_missed_month' THEN 'arrears_of_missed_month' WHEN 'returned_repaid' THEN 'returned_repaid' END AS exemption,
       CASE WHEN any_uncredited = 1 AND any_over = 1 THEN '部分款项发放清单列为已发放而银行无对应入账，另有款项超出审批金额'
            WHEN any_uncredited = 1 OR (any_over = 0 AND what = 'uncredited') THEN '发放清单列为已发放，银行账户无对应入账'
            ELSE '发放金额超出审批的月保障金额' END AS what_zh,
       CASE WHEN any_uncredited = 1 AND any_over = 1 THEN 'some payments on the list never reached the account, others exceed the award'
            WHEN any_uncredited = 1 OR (any_over = 0 AND what = 'uncredited') THEN 'the list says paid, the statement shows no such credit'
            ELSE 'more was paid than the award grants' END AS what_en,
       row_payment, row_award, row_account_transaction AS against_account_transaction
FROM   touched
ORDER  BY subject_key, exemption, month, what, row_payment
