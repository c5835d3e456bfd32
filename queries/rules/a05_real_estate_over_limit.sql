-- id         = "a05_real_estate_over_limit"
-- typology   = "A05"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "household_member", "identity", "real_estate"]
-- # A deed is a fact; inheritance, disputes and houses nobody can live in are met on the visit.
-- prior      = 0.45
-- reason_zh  = "{name}家庭名下有住宅{residences}处、商业用房{shops}处，住宅人均{area_per_person}平方米，超出当地规定，{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "The household of {name} holds {residences} residential and {shops} commercial deeds, {area_per_person} square metres of housing a person, over the local limit; {months} months were paid meanwhile ({month_from} to {month_to}), {amount} yuan."
-- why        = "A second home or a shop is means that local property rules put before public support."
-- innocent   = ["An old home that was pulled down and never deregistered.", "Inherited together with brothers and sisters and lived in by one of them.", "Replacement housing of a relocation entered as ordinary housing.", "A basement, garage or stall entered as commercial."]
-- blind      = ["Homes without a deed, and homes registered to relatives.", "Property in another county."]
-- basis      = ["民发〔2021〕57号 art. 8 and 17", "local property rule"]
-- [exemptions.homestead_or_relocation]
-- zh       = "宅基地住房或易地搬迁安置房不计"
-- en       = "homestead and relocation homes do not count"
-- contract = "homestead and relocation homes"
-- [exemptions.small_share]
-- zh       = "所占份额不足一半"
-- en       = "a share under one half"
-- contract = "a share under 0.5"
-- [exemptions.deregistered]
-- zh       = "产权在发放前已注销"
-- en       = "the deed was deregistered before the paid months"
-- contract = "deregistered deeds"
-- [exemptions.name_mismatch]
-- zh       = "产权登记的姓名与本人不符，可能属于他人"
-- en       = "the register bears another name and the deed may be another person's"

-- Every paid month with the deeds of that month's members: those that count, and those that would count
-- but for an exemption. Only the former make it open; where the latter alone do, it comes out exempted once.
WITH held AS (
    SELECT m.household_key, m.joined_on, m.left_on, h.region_code,
           e.deed_no, e.area, e.registered_on, e.deregistered_on,
           CASE WHEN e.use = 'commercial' THEN 1 ELSE 0 END AS shop,
           CASE WHEN e.use IN ('homestead', 'relocation') THEN 'homestead_or_relocation'
                WHEN coalesce(e.share, 1) < 0.5 THEN 'small_share'
                WHEN NOT coalesce(names_match(e.owner_name, i.name), true) THEN 'name_mismatch' END AS lasting,
           e.row_id AS row_real_estate
    FROM   real_estate      AS e
    JOIN   household_member AS m ON m.person_key = e.owner_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   identity         AS i ON i.person_key = e.owner_key
    WHERE  e.use IN ('residential', 'commercial', 'homestead', 'relocation')
),
deed AS (
    SELECT o.*, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           CASE WHEN o.deregistered_on < p.month THEN 'deregistered' ELSE o.lasting END AS exempt_as
    FROM   held    AS o
    JOIN   payment AS p ON p.household_key = o.household_key
    JOIN   award   AS a ON a.award_key = p.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  a.programme IN ('dibao', 'tekun')
      AND  coalesce(o.registered_on, p.month) < month_after(p.month)
      AND  coalesce(o.joined_on, p.month) < month_after(p.month)
      AND  coalesce(o.left_on, p.month) >= p.month
),
monthly AS (
    SELECT household_key, region_code, award_key, month, amount_fen, row_payment,
           count(DISTINCT CASE WHEN exempt_as IS NULL AND shop = 0 THEN deed_no END) AS residences,
           count(DISTINCT CASE WHEN exempt_as IS NULL AND shop = 1 THEN deed_no END) AS shops,
           sum(CASE WHEN exempt_as IS NULL AND shop = 0 THEN area ELSE 0 END) AS area,
           count(DISTINCT CASE WHEN shop = 0 THEN deed_no END) AS all_residences,
           count(DISTINCT CASE WHEN shop = 1 THEN deed_no END) AS all_shops,
           sum(CASE WHEN shop = 0 THEN area ELSE 0 END) AS all_area,
           min(exempt_as) AS exempt_as,
           coalesce(min(CASE WHEN exempt_as IS NULL THEN row_real_estate END), min(row_real_estate)) AS row_real_estate,
           coalesce(max(CASE WHEN exempt_as IS NULL THEN row_real_estate END), max(row_real_estate)) AS row_real_estate_other
    FROM   deed
    GROUP  BY household_key, region_code, award_key, month, amount_fen, row_payment
),
peopled AS (
    SELECT x.household_key, x.region_code, x.award_key, x.month, x.amount_fen, x.row_payment, x.residences, x.shops, x.area,
           x.all_residences, x.all_shops, x.all_area, x.exempt_as, x.row_real_estate, x.row_real_estate_other,
           count(DISTINCT m.person_key) AS people
    FROM   monthly AS x
    JOIN   household_member AS m ON m.household_key = x.household_key
    WHERE  coalesce(m.joined_on, x.month) < month_after(x.month)
      AND  coalesce(m.left_on, x.month) >= x.month
    GROUP  BY x.household_key, x.region_code, x.award_key, x.month, x.amount_fen, x.row_payment, x.residences, x.shops, x.area,
              x.all_residences, x.all_shops, x.all_area, x.exempt_as, x.row_real_estate, x.row_real_estate_other
),
judged AS (
    SELECT *,
           shops > 0 OR residences > local_number(region_code, 'residence_limit', month)
                     OR area / people > local_number(region_code, 'residence_area_limit', month) AS over_limit,
           all_shops > 0 OR all_residences > local_number(region_code, 'residence_limit', month)
                         OR all_area / people > local_number(region_code, 'residence_area_limit', month) AS over_but_for_exemption
    FROM   peopled
),
ranked AS (
    SELECT *,
           CASE WHEN over_limit THEN NULL ELSE exempt_as END AS exemption_code,
           min(CASE WHEN over_limit THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY month, row_payment) AS nth
    FROM   judged
    WHERE  over_but_for_exemption
)
SELECT household_key AS subject_key, household_key, award_key, month, amount_fen,
       CASE exemption_code WHEN 'homestead_or_relocation' THEN 'homestead_or_relocation' WHEN 'small_share' THEN 'small_share'
                           WHEN 'deregistered' THEN 'deregistered' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       residences, shops, round(area / people, 1) AS area_per_person,
       row_real_estate, CASE WHEN row_real_estate_other <> row_real_estate THEN row_real_estate_other END AS row_real_estate_other,
       row_payment
FROM   ranked
WHERE  over_limit OR (all_exempt = 1 AND nth = 1)
ORDER  BY subject_key, exemption, month, award_key, row_payment
