-- id         = "a21_phase_out_overrun"
-- typology   = "A21"
-- version    = 2
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "award"
-- reads      = ["award", "payment", "household", "phase_out"]
-- columns    = ["award.phase_out_from"]
-- # Both months are the office's own entries; what fails is an extension that was decided and not entered.
-- prior      = 0.75
-- reason_zh  = "{name}自{phase_out_month}起渐退，当地渐退期{term}个月，应于{last_month}后停发；此后仍发放{months}个月（{month_from}至{month_to}），计{amount}元。"
-- reason_en  = "The benefit of {name} was phased out from {phase_out_month}; with {term} months allowed, {last_month} was the last, and {months} more were paid ({month_from} to {month_to}), {amount} yuan."
-- why        = "Phase-out carries a family over the line into work; beyond the limit it is a benefit that the family is no longer entitled to, and that others wait for."
-- innocent   = ["The family's income fell again and the phase-out was called off without an entry.", "A local extension for one family that is not in the local rules.", "Arrears of earlier months under a wrong month."]
-- blind      = ["Families over the line whose phase-out was never entered: see A09.", "A phase-out entered again on a new award under a new application."]
-- basis      = ["2022年10月民政部、财政部通知（渐退期原则上不超过6个月）", "民发〔2021〕57号 art. 32"]

-- Phase-outs are few: the limit of each, then its payments beyond, which they meet where these lie.
WITH phased AS MATERIALIZED (
    SELECT a.award_key, a.household_key, a.programme, coalesce(a.application_key, -1) AS chain, a.start_month,
           o.phase_out_from AS phase_out_month, a.row_id AS row_award,
           local_number(h.region_code, 'phase_out_months', o.phase_out_from) AS term
    FROM   award     AS a
    JOIN   phase_out AS o ON o.award_key = a.award_key
    JOIN   household AS h ON h.household_key = a.household_key
),
late AS (
    SELECT f.*, month_add(f.phase_out_month, CAST(f.term AS BIGINT) - 1) AS last_month, p.month, p.amount_fen, p.row_id AS row_payment
    FROM   phased  AS f
    JOIN   payment AS p ON p.award_key = f.award_key
    WHERE  p.status = 'paid' AND p.amount_fen > 0
      AND  p.month > month_add(f.phase_out_month, CAST(f.term AS BIGINT) - 1)
)
-- A chain of awards under one application is one benefit: the finding is of the last award it touches.
SELECT first_value(award_key) OVER (PARTITION BY household_key, programme, chain ORDER BY start_month DESC, award_key DESC) AS subject_key,
       household_key, award_key, month, amount_fen, phase_out_month, term, last_month, row_award, row_payment
FROM   late
ORDER  BY subject_key, month, award_key, row_payment
