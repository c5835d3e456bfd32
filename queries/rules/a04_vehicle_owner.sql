-- id         = "a04_vehicle_owner"
-- typology   = "A04"
-- version    = 1
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "household"
-- reads      = ["award", "payment", "household", "household_member", "identity", "vehicle"]
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

-- Who holds what, then the paid months in which it was held. A payment counts once, by the vehicle that
-- no exemption covers; a household with no such payment comes out once, in its first month, exempted.
WITH owned AS (
    SELECT m.household_key, m.person_key, m.joined_on, m.left_on, h.region_code,
           v.kind, v.price_fen, v.plate_no, v.registered_on, v.deregistered_on, i.name AS owner,
           NOT coalesce(names_match(v.owner_name, i.name), true) AS other_name,
           v.row_id AS row_vehicle, m.row_id AS row_household_member
    FROM   vehicle          AS v
    JOIN   household_member AS m ON m.person_key = v.owner_key
    JOIN   household        AS h ON h.household_key = m.household_key
    JOIN   identity         AS i ON i.person_key = v.owner_key
),
paid AS (
    SELECT o.*, p.award_key, p.month, p.amount_fen, p.row_id AS row_payment,
           CASE WHEN strpos('|' || local_text(o.region_code, 'vehicle_exempt_kinds', p.month) || '|',
                            '|' || o.kind || '|') > 0 THEN 'exempt_kind'
                WHEN o.deregistered_on < p.month THEN 'deregistered'
                WHEN o.left_on < p.month THEN 'owner_left'
                WHEN o.other_name THEN 'name_mismatch' END AS exemption
    FROM   owned   AS o
    JOIN   payment AS p ON p.household_key = o.household_key
    JOIN   award   AS a ON a.award_key = p.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  a.programme IN ('dibao', 'tekun')
      AND  coalesce(o.registered_on, p.month) < month_after(p.month)
      AND  coalesce(o.joined_on, p.month) < month_after(p.month)
      AND  (local_number(o.region_code, 'vehicle_price_limit', p.month) = 0
            OR o.price_fen > 100 * local_number(o.region_code, 'vehicle_price_limit', p.month))
),
ranked AS (
    SELECT *,
           row_number() OVER (PARTITION BY household_key, month, row_payment
                              ORDER BY CASE WHEN exemption IS NULL THEN 0 ELSE 1 END, row_vehicle, row_household_member) AS choice,
           min(CASE WHEN exemption IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY household_key) AS all_exempt,
           min(month) OVER (PARTITION BY household_key) AS first_month
    FROM   paid
)
SELECT household_key AS subject_key, household_key, award_key, person_key, month, amount_fen, exemption,
       owner, plate_no, registered_on,
       CASE kind WHEN 'car' THEN '小型汽车' WHEN 'truck' THEN '货车' WHEN 'motorcycle' THEN '摩托车' WHEN 'tricycle' THEN '三轮车'
                 WHEN 'tractor' THEN '拖拉机' WHEN 'disabled' THEN '残疾人专用车' ELSE '机动车' END AS kind_zh,
       CASE kind WHEN 'car' THEN 'car' WHEN 'truck' THEN 'truck' WHEN 'motorcycle' THEN 'motorcycle' WHEN 'tricycle' THEN 'tricycle'
                 WHEN 'tractor' THEN 'tractor' WHEN 'disabled' THEN 'vehicle for the disabled' ELSE 'motor vehicle' END AS kind_en,
       row_vehicle, row_household_member, row_payment
FROM   ranked
WHERE  choice = 1
  AND  (exemption IS NULL OR (all_exempt = 1 AND month = first_month))
ORDER  BY subject_key, exemption, month, award_key, row_payment
