-- id         = "d08_institution_ghost"
-- typology   = "D08"
-- version    = 2
-- status     = "experimental"
-- severity   = 4
-- queue      = "irregularity"
-- subject    = "institution"
-- reads      = ["institution_stay", "account", "award", "award_member", "payment", "identity", "medical_settlement", "death_record", "award_head_count"]
-- optional   = ["medical_settlement"]
-- columns    = ["institution_stay.to_date", "payment.account_no"]
-- # Three sources agree: the house says present, another register says gone, the money came. A late entry is what is left.
-- prior      = 0.7
-- reason_zh  = "{name}登记{resident}在院（{stay_from}起），而{event_zh}；其间特困供养金仍有{months}个月（{month_from}至{month_to}）发入该机构账户，缺位期间份额{amount}元。"
-- reason_en  = "{name} lists {resident} as resident from {stay_from}, but {event_en}; tekun support was meanwhile paid into the institution's account in {months} months ({month_from} to {month_to}), {amount} yuan of it for the time of absence."
-- why        = "An institution sees every morning who is there: money drawn for the dead or the absent is kept knowingly. In 歙县 247,598 yuan went that way."
-- innocent   = ["The end of the stay was entered late, and the money was returned or burial was paid from it.", "The institution sent a carer along and paid for care in hospital.", "The settlement or the death record belongs to another person.", "A trial stay or leave agreed with the township."]
-- blind      = ["Absence that no register shows: residents who went home or never came.", "A long hospital stay that was settled month by month.", "Support paid to the resident's own card and handed over."]
-- basis      = ["刑法 art. 382", "社会救助暂行办法 art. 66 and 67", "特困人员认定办法 art. 24"]
-- [exemptions.name_mismatch]
-- zh       = "死亡登记或医保结算上的姓名与入住人员不符，可能属于他人"
-- en       = "the death or hospital record bears another name and may be another person's"
-- [exemptions.sign_of_life]
-- zh       = "死亡日期之后仍有参保、就医、结婚或开户记录，死亡登记存疑"
-- en       = "contributions, hospital, marriage or a new account after the day: the death record is disputed"
-- [parameters.absent_days]
-- default = 30
-- min     = 1
-- max     = 180
-- meaning = "days in hospital that the institution need not report"

-- Absences inside a stay: from the month after the death to its end, or the days it shares with a hospital stay.
-- Then what was paid for the resident into the institution's own account; of a month in hospital the days present
-- are lawful.
WITH stay AS (
    SELECT s.institution_key, s.person_key, i.name AS resident, s.from_date, coalesce(s.to_date, $as_of) AS to_date, s.row_id AS row_institution_stay
    FROM   institution_stay AS s
    JOIN   identity         AS i ON i.person_key = s.person_key
    WHERE  coalesce(names_match(s.name, i.name), true)
),
absence AS (
    SELECT s.*, greatest(month_after(d.died_on), s.from_date) AS gone_from, s.to_date AS gone_to, d.died_on AS event_on, CAST(NULL AS DATE) AS event_to,
           'death' AS event, d.doubt, d.registered_on AS known_on, d.row_death, CAST(NULL AS BIGINT) AS row_medical_settlement
    FROM   stay         AS s
    JOIN   death_record AS d ON d.person_key = s.person_key
    WHERE  d.choice = 1 AND d.died_on < s.to_date
    UNION  ALL
    SELECT s.*, greatest(s.from_date, m.admitted_on), least(s.to_date, m.discharged_on), m.admitted_on AS event_on, m.discharged_on AS event_to,
           'hospital', CASE WHEN NOT coalesce(names_match(m.name, s.resident), true) THEN 'name_mismatch' END, m.discharged_on AS known_on, NULL, m.row_id
    FROM   stay               AS s
    JOIN   medical_settlement AS m ON m.person_key = s.person_key
    -- A stay in hospital whose end is not recorded says nothing of its length.
    WHERE  m.discharged_on IS NOT NULL AND days_between(greatest(s.from_date, m.admitted_on), least(s.to_date, m.discharged_on)) > $absent_days
),
paid AS (
    SELECT g.*, a.award_key, a.household_key, p.month, p.amount_fen / n.head_count AS share_fen,
           days_between(greatest(g.gone_from, p.month), least(day_add(g.gone_to, 1), month_after(p.month))) AS gone_days,
           days_between(p.month, month_after(p.month)) AS month_days,
           p.row_id AS row_payment, m.row_id AS row_award_member, c.row_id AS row_account
    FROM   absence          AS g
    JOIN   award_member     AS m ON m.person_key = g.person_key
    JOIN   award            AS a ON a.award_key = m.award_key
    JOIN   award_head_count AS n ON n.award_key = a.award_key
    JOIN   payment          AS p ON p.award_key = a.award_key
    JOIN   account          AS c ON c.account_key = p.account_key AND c.institution_key = g.institution_key
    WHERE  a.programme = 'tekun' AND p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= month_of(g.gone_from) AND p.month <= g.gone_to
      AND  p.month >= coalesce(m.from_month, p.month) AND p.month <= coalesce(m.to_month, p.month)
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY institution_key, person_key, row_payment
                              ORDER BY CASE WHEN doubt IS NULL THEN 0 ELSE 1 END, event, gone_days DESC, row_institution_stay, row_medical_settlement) AS choice,
           min(CASE WHEN doubt IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY institution_key, person_key) AS all_exempt,
           min(month) OVER (PARTITION BY institution_key, person_key) AS first_month
    FROM   paid
)
-- Each resident is a case of its own.
SELECT r.institution_key AS subject_key, i.id_number AS case_key, r.institution_key, r.household_key, r.award_key, r.person_key, r.person_key AS share_key, r.month,
       CASE WHEN r.event = 'death' THEN r.share_fen ELSE r.share_fen * r.gone_days / r.month_days END AS amount_fen,
       CASE r.doubt WHEN 'name_mismatch' THEN 'name_mismatch' WHEN 'sign_of_life' THEN 'sign_of_life' END AS exemption,
       r.known_on, r.resident, r.from_date AS stay_from,
       CASE WHEN r.event = 'death' THEN '其已于' || CAST(r.event_on AS VARCHAR) || '死亡'
            ELSE '其' || CAST(r.event_on AS VARCHAR) || '至' || CAST(r.event_to AS VARCHAR) || '在医院住院' END AS event_zh,
       CASE WHEN r.event = 'death' THEN 'this person died on ' || CAST(r.event_on AS VARCHAR)
            ELSE 'this person lay in hospital from ' || CAST(r.event_on AS VARCHAR) || ' to ' || CAST(r.event_to AS VARCHAR) END AS event_en,
       r.row_institution_stay, r.row_death, r.row_medical_settlement, r.row_payment, r.row_award_member, r.row_account
FROM   ranked   AS r
JOIN   identity AS i ON i.person_key = r.person_key
WHERE  r.choice = 1 AND (r.doubt IS NULL OR (r.all_exempt = 1 AND r.month = r.first_month))
ORDER  BY subject_key, case_key, exemption, month, row_payment
