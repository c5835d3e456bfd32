-- id         = "a04_vehicle_owner"
-- typology   = "A04"
-- version    = 3
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "paid_run", "family_vehicle"]
-- needs      = ["vehicle.kind"]
-- columns    = ["vehicle.deregistered_on"]
-- # A registered car is a fact; whether it is driven, borrowed in name or needed for a living is not in the register.
-- prior      = 0.5
-- reason_zh  = "{name}家庭成员{owner}名下有{kind_zh}（{plate_no}，{registered_on}登记），{months}个月（{month_from}至{month_to}）仍领取救助，涉及{amount}元。"
-- reason_en  = "{owner}, a member of the household of {name}, owns a {kind_en} ({plate_no}, registered {registered_on}); {months} months were paid meanwhile ({month_from} to {month_to}), {amount} yuan."
-- why        = "Local property rules take a car as means of its own: buying and keeping it costs more than the benefit brings."
-- innocent   = ["Sold and not transferred: ask for the contract and the insurance.", "Registered under the member's name for a relative or an employer.", "Needed to earn a living or to bring a sick member to treatment, where the local rule allows it.", "Scrapped and not deregistered."]
-- blind      = ["Cars registered to relatives outside the household.", "Vehicles without a registered price where the county sets a price limit."]
-- basis      = ["民发〔2021〕57号 art. 8 and 17", "local property rule"]
-- [exemptions.exempt_kind]
-- zh       = "车辆属当地规定的豁免种类"
-- en       = "a kind of vehicle that the local rule exempts"
-- contract = "exempt kinds"
-- [exemptions.deregistered]
-- zh       = "车辆在发放前已注销"
-- en       = "the vehicle was deregistered before the paid months"
-- contract = "deregistered before the paid months"
-- [exemptions.owner_left]
-- zh       = "车主此前已退出该家庭"
-- en       = "the owner had left the household before"
-- contract = "owner left the household before"
-- [exemptions.name_mismatch]
-- zh       = "车辆登记的姓名与本人不符，可能属于他人"
-- en       = "the register bears another name and the vehicle may be another person's"

-- Paid runs meet the periods of `family_vehicle`; payments are looked up for what comes out alone. A payment
-- counts once; a household with exempt vehicles alone comes out once, in its first month.
WITH hit AS (
    SELECT v.household_key, v.person_key, r.award_key, v.exemption, v.row_vehicle, v.row_household_member,
           greatest(v.from_month, r.from_month) AS first_month, least(v.to_month, r.to_month) AS last_month
    FROM   family_vehicle AS v
    JOIN   paid_run       AS r ON r.household_key = v.household_key
    JOIN   award          AS a ON a.award_key = r.award_key
    WHERE  a.programme IN ('dibao', 'tekun')
      AND  greatest(v.from_month, r.from_month) <= least(v.to_month, r.to_month)
),
ranked AS (
    SELECT *,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           row_number() OVER (PARTITION BY household_key ORDER BY first_month, row_vehicle, row_household_member, award_key) AS nth
    FROM   hit
),
paid AS (
    SELECT s.household_key, s.person_key, s.award_key, s.exemption, s.row_vehicle, s.row_household_member,
           p.month, p.amount_fen, p.row_id AS row_payment,
           row_number() OVER (PARTITION BY p.row_id ORDER BY s.row_vehicle, s.row_household_member, s.first_month) AS choice
    FROM   ranked  AS s
    JOIN   payment AS p ON p.award_key = s.award_key
    WHERE  (s.exemption IS NULL OR (s.all_exempt = 1 AND s.nth = 1))
      AND  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month >= s.first_month AND p.month <= CASE WHEN s.exemption IS NULL THEN s.last_month ELSE s.first_month END
),
named AS (
    SELECT DISTINCT row_vehicle, row_household_member, owner, plate_no, kind, registered_on FROM family_vehicle
)
SELECT p.household_key AS subject_key, p.household_key, p.award_key, p.person_key, p.month, p.amount_fen,
       CASE p.exemption WHEN 'exempt_kind' THEN 'exempt_kind' WHEN 'deregistered' THEN 'deregistered'
                        WHEN 'owner_left' THEN 'owner_left' WHEN 'name_mismatch' THEN 'name_mismatch' END AS exemption,
       v.owner, v.plate_no, v.registered_on,
       CASE v.kind WHEN 'car' THEN '小型汽车' WHEN 'truck' THEN '货车' WHEN 'motorcycle' THEN '摩托车' WHEN 'tricycle' THEN '三轮车'
                   WHEN 'tractor' THEN '拖拉机' WHEN 'disabled' THEN '残疾人专用车' ELSE '机动车' END AS kind_zh,
       CASE v.kind WHEN 'car' THEN 'car' WHEN 'truck' THEN 'truck' WHEN 'motorcycle' THEN 'motorcycle' WHEN 'tricycle' THEN 'tricycle'
                   WHEN 'tractor' THEN 'tractor' WHEN 'disabled' THEN 'vehicle for the disabled' ELSE 'motor vehicle' END AS kind_en,
       v.registered_on AS known_on,
       p.row_vehicle, p.row_household_member, p.row_payment
FROM   paid  AS p
JOIN   named AS v ON v.row_vehicle = p.row_vehicle AND v.row_household_member = p.row_household_member
WHERE  p.choice = 1
ORDER  BY subject_key, exemption, month, award_key, row_payment
