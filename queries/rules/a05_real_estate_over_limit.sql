-- id         = "a05_real_estate_over_limit"
-- typology   = "A05"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "paid_run", "family_estate"]
-- needs      = ["real_estate.use"]
-- columns    = ["real_estate.deregistered_on", "real_estate.share"]
-- # A deed is a fact; inheritance, disputes and houses nobody can live in are met on the visit: 舒城 confirmed a third of such leads.
-- prior      = 0.45
-- reason_zh  = "{name}家庭名下有住宅{residences}处（人均{area_per_person}平方米）、商业用房{shops}处，超出当地规定（住宅{residence_limit}处、人均{area_limit}平方米），{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "The household of {name} holds {residences} residential deeds ({area_per_person} square metres a person) and {shops} commercial ones, over the local limit ({residence_limit} homes, {area_limit} square metres a person); {months} months were paid meanwhile ({month_from} to {month_to}), {amount} yuan."
-- why        = "A second home or a shop can be let or sold: local property rules put such means before public support."
-- innocent   = ["An old home that was pulled down, or is a dangerous building, and was never deregistered: look at it.", "Inherited together with brothers and sisters and lived in by one of them: ask who lives there and who collects rent.", "Resettlement housing entered as ordinary housing.", "A basement, garage or stall entered as commercial.", "Sold long ago by a private contract and not transferred."]
-- blind      = ["Homes without a deed, and homes registered to relatives outside the household.", "Property in a county whose register was not handed over.", "The use registered, not the use made: a home let as a shop counts as a home."]
-- basis      = ["社会救助暂行办法 art. 9（家庭财产符合当地规定）", "民发〔2021〕57号 art. 8 and 17", "local property rule"]
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

-- Paid runs meet the periods in which a family is over the limits, or would be but for deeds that do not count;
-- the latter come out once, and only where the former do not. Payments are looked up for what comes out alone.
WITH hit AS (
    SELECT e.household_key, r.award_key, e.exemption, e.from_month, e.row_real_estate,
           greatest(e.from_month, r.from_month) AS first_month, least(e.to_month, r.to_month) AS last_month
    FROM   family_estate AS e
    JOIN   paid_run      AS r ON r.household_key = e.household_key
    JOIN   award         AS a ON a.award_key = r.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
      AND  greatest(e.from_month, r.from_month) <= least(e.to_month, r.to_month)
),
ranked AS (
    SELECT *,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY first_month, award_key) AS nth
    FROM   hit
),
paid AS (
    SELECT s.household_key, s.award_key, s.exemption, s.from_month, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   ranked  AS s
    JOIN   payment AS p ON p.award_key = s.award_key
    WHERE  (s.exemption IS NULL OR (s.all_exempt = 1 AND s.nth = 1))
      AND  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= s.first_month AND p.month <= CASE WHEN s.exemption IS NULL THEN s.last_month ELSE s.first_month END
)
SELECT p.household_key AS subject_key, p.household_key, p.award_key, p.month, p.amount_fen,
       CASE p.exemption WHEN 'homestead_or_relocation' THEN 'homestead_or_relocation' WHEN 'small_share' THEN 'small_share'
                        WHEN 'deregistered' THEN 'deregistered' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       e.residences, e.shops, e.area_per_person, e.residence_limit, e.area_limit, e.registered_on AS known_on,
       e.row_real_estate, e.row_real_estate_other, e.row_real_estate_excused AS against_real_estate, p.row_payment
FROM   paid          AS p
JOIN   family_estate AS e ON e.household_key = p.household_key AND e.from_month = p.from_month
ORDER  BY subject_key, exemption, month, award_key, row_payment
