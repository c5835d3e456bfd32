-- id         = "a11_deposits_over_limit"
-- typology   = "A11"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "family_deposit"]
-- # A balance is a fact of one day; burial savings, compensation and money held for others are met on inquiry.
-- prior      = 0.4
-- reason_zh  = "{name}家庭{balance_on}存款合计{balance}元，人均{balance_each}元，超过当地规定的人均{allowed}元（存款最多的成员：{owner}）。"
-- reason_en  = "On {balance_on} the household of {name} held deposits of {balance} yuan, {balance_each} yuan a person, over the {allowed} yuan a person that the local rule allows (the largest balance: {owner})."
-- why        = "Savings over the local limit can carry the family for as long as the limit says: until then public support is not yet due."
-- innocent   = ["Compensation for land, demolition or an injury, or donations for an illness: local rules often leave it out.", "Held for others: a collection, a relative's money, a village account on a private card.", "Money for a known expense that has been paid since: a funeral, an operation, tuition.", "One balance before and after a transfer between members counted on two days."]
-- blind      = ["Cash, insurance, securities and internet finance that the inquiry does not cover.", "Money moved away before the day of the inquiry.", "Accounts of relatives outside the household."]
-- basis      = ["社会救助暂行办法 art. 9（家庭财产符合当地规定）", "民发〔2021〕57号 art. 8 and 17", "local property rule"]
-- [exemptions.balance_before_award]
-- zh       = "余额日期早于待遇开始"
-- en       = "the balance dates from before the award"
-- contract = "balance dated before the award or after its end"
-- [exemptions.balance_after_award]
-- zh       = "余额日期晚于待遇终止"
-- en       = "the balance dates from after the end of the award"
-- contract = "balance dated before the award or after its end"
-- [exemptions.name_mismatch]
-- zh       = "存款账户的姓名与本人不符，可能属于他人"
-- en       = "the balance stands under another name and may be another person's"

-- The latest balance of every member, against what the standard of the last of these days allows. Balances inside
-- a benefit (the awards of one application) make it open; where they do so only together with others, it is exempted.
WITH latest AS (
    SELECT * FROM family_deposit WHERE as_of <= $as_of AND (until_on IS NULL OR until_on > $as_of)
),
benefit AS (
    SELECT household_key, programme, coalesce(application_key, -1 - award_key) AS application, award_key, start_month, end_month
    FROM   award
    WHERE  programme IN ('dibao', 'tekun')
),
dated AS (
    SELECT b.household_key, b.programme, b.application, max(b.award_key) AS last_award_key, min(b.start_month) AS begun,
           d.person_key, d.as_of, d.balance_fen, d.owner, d.other_name, d.members, d.allowed_fen, d.row_deposit, d.row_standard,
           max(CASE WHEN b.start_month <= d.as_of AND (b.end_month IS NULL OR month_after(b.end_month) > d.as_of) THEN b.award_key END) AS award_key
    FROM   latest  AS d
    JOIN   benefit AS b ON b.household_key = d.household_key AND b.programme = d.programme
    GROUP  BY b.household_key, b.programme, b.application, d.person_key, d.as_of, d.balance_fen, d.owner, d.other_name,
              d.members, d.allowed_fen, d.row_deposit, d.row_standard
),
marked AS (
    SELECT *, award_key IS NOT NULL AND NOT other_name AS counts,
           CASE WHEN award_key IS NOT NULL THEN 'name_mismatch' WHEN as_of < begun THEN 'balance_before_award' ELSE 'balance_after_award' END AS reason
    FROM   dated
),
tried AS (
    -- Twice: as it counts, and as it would count but for what exempts.
    SELECT *, 0 AS exempt FROM marked WHERE counts
    UNION  ALL
    SELECT *, 1 FROM marked
),
over AS (
    -- Few may be over the limit at all: only of these it is told which balance was the last and which the largest.
    SELECT household_key, programme, application, exempt
    FROM   tried
    GROUP  BY household_key, programme, application, exempt
    HAVING sum(balance_fen) > min(members * allowed_fen)
),
summed AS (
    SELECT household_key, programme, application, exempt, sum(balance_fen) AS balance_fen, max(as_of) AS balance_on,
           first_value(members ORDER BY as_of DESC, row_standard, row_deposit) AS members,
           max(coalesce(award_key, last_award_key)) AS award_key,
           first_value(allowed_fen ORDER BY as_of DESC, row_standard, row_deposit) AS allowed_fen,
           first_value(row_standard ORDER BY as_of DESC, row_standard, row_deposit) AS row_standard,
           first_value(owner ORDER BY balance_fen DESC, row_deposit) AS owner,
           first_value(person_key ORDER BY balance_fen DESC, row_deposit) AS person_key,
           first_value(reason ORDER BY CASE WHEN counts THEN 1 ELSE 0 END, balance_fen DESC, row_deposit) AS reason,
           first_value(row_deposit ORDER BY balance_fen DESC, row_deposit) AS row_deposit,
           max(row_deposit) AS row_deposit_last, min(row_deposit) AS row_deposit_first
    FROM   tried
    JOIN   over USING (household_key, programme, application, exempt)
    GROUP  BY household_key, programme, application, exempt
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY household_key ORDER BY exempt, balance_on DESC, award_key) AS nth
    FROM   summed
    WHERE  balance_fen > members * allowed_fen
)
SELECT household_key AS subject_key, household_key, award_key, person_key, month_of(balance_on) AS month,
       CASE WHEN exempt = 1 THEN CASE reason WHEN 'name_mismatch' THEN 'name_mismatch' WHEN 'balance_before_award' THEN 'balance_before_award'
                                             ELSE 'balance_after_award' END END AS exemption,
       balance_on, round(balance_fen / 100.0, 2) AS balance, round(balance_fen / 100.0 / members, 2) AS balance_each,
       round(allowed_fen / 100, 2) AS allowed, owner, balance_on AS known_on,
       row_deposit, row_deposit_first, row_deposit_last, row_standard
FROM   ranked
WHERE  nth = 1
ORDER  BY subject_key, exemption, month, award_key
