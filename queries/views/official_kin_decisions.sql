-- meaning  = "How the applications of an office's close kin fared against those of other families of the same programme, place and time that are nobody's kin: a row an office (`office_kind` official, by `official_key`, or organisation, all its officials together) and `measure`, where at least three applications of kin and ten of peers can be compared. Kin count where the official took part in the application, or it fell in the official's region and term. Peers are of the same programme, township (townships of fewer than ten applications of a county together) and half-year of decision; size, income and health of the families are not compared. Of the approved and refused only those are taken for kin whom the family file or the head tells, for awards name the approved alone. `measure` is approved (of those approved or refused), amount (fen a person a month, of those approved), days (working days from application to decision) or skipped (steps left out: survey, second surveyor, notice or its length). Favoured are the approved, the amounts above the group's median, the days under it, those with a step left out: `kin_favoured` of `kin`, `peers_favoured` of `peers`, `expected` of the kin were they treated as their peers. `kin_mean` and `peer_mean` are the measure's means, the peers weighted as the kin are spread over groups. `chance` is the exact one-sided probability of so many over all groups, `adjusted` the same after Benjamini and Hochberg over all rows that could show anything (Gilbert, 2005), 1 for the others; `ratio` is the excess drawn towards 1 where numbers are small, `low` and `high` bound the share of kin that are favoured (Clopper and Pearson, 95 %). A lead on how an office decides, which points at no recipient."
-- reads    = ["kin_case", "application", "award", "household", "official"]

WITH part AS (
    SELECT application_key, handler_key AS official_key FROM application
    UNION  SELECT application_key, surveyor_1_key FROM application
    UNION  SELECT application_key, surveyor_2_key FROM application
    UNION  SELECT application_key, approver_key FROM application
),
kin AS (
    SELECT k.official_key, k.application_key,
           max(CASE WHEN k.row_household_member IS NULL AND k.row_household IS NULL THEN 0 ELSE 1 END) AS in_file
    FROM   kin_case  AS k
    LEFT   JOIN part AS p ON p.application_key = k.application_key AND p.official_key = k.official_key
    WHERE  k.kin = 1 AND k.dated AND k.application_key IS NOT NULL
      AND  (k.depth = 'close' OR (k.depth = 'extended' AND local_text(k.region_code, 'kin_depth', k.decided_on) = 'extended'))
      AND  (p.official_key IS NOT NULL
            OR (k.decided_on BETWEEN k.office_from AND k.office_to AND k.official_region_code <> ''
                AND region_contains(k.official_region_code, k.region_code)))
    GROUP  BY k.official_key, k.application_key
),
tied AS (
    SELECT application_key, max(CASE WHEN row_household_member IS NULL AND row_household IS NULL THEN 0 ELSE 1 END) AS in_file
    FROM   kin_case
    WHERE  application_key IS NOT NULL
    GROUP  BY application_key
),
office AS (
    SELECT 'official' AS office_kind, o.official_key, o.organisation, o.region_code, k.application_key, k.in_file, o.row_id AS row_official
    FROM   kin      AS k
    JOIN   official AS o ON o.official_key = k.official_key
    UNION  ALL
    SELECT 'organisation', CAST(NULL AS INT), o.organisation, o.region_code, k.application_key, max(k.in_file), min(o.row_id)
    FROM   kin      AS k
    JOIN   official AS o ON o.official_key = k.official_key
    WHERE  o.organisation <> ''
    GROUP  BY o.organisation, o.region_code, k.application_key
),
kept AS (
    -- A step that the whole export does not know is not held against anybody.
    SELECT count(surveyed_on) > 0 AS surveys, count(days_between(notice_from, notice_to)) > 0 AS notices,
           CASE WHEN count(surveyor_1) > 0 THEN 1 ELSE 0 END + CASE WHEN count(surveyor_2) > 0 THEN 1 ELSE 0 END AS surveyors
    FROM   application
),
granted AS (
    -- A benefit begins with the first award of its chain.
    SELECT application_key, min(CASE WHEN nth = 1 THEN monthly_amount_fen / persons END) AS amount
    FROM   (SELECT application_key, CAST(monthly_amount_fen AS DOUBLE) AS monthly_amount_fen, persons,
                   row_number() OVER (PARTITION BY application_key ORDER BY start_month, award_key) AS nth
            FROM   award
            WHERE  application_key IS NOT NULL AND persons > 0 AND monthly_amount_fen > 0) AS a
    GROUP  BY application_key
),
filed AS (
    SELECT x.application_key, x.programme, substr(h.region_code, 1, 6) AS county, substr(h.region_code, 1, 9) AS township,
           CAST(2 * date_part('year', x.decided_on) + CASE WHEN date_part('month', x.decided_on) > 6 THEN 1 ELSE 0 END AS BIGINT) AS half_year,
           CASE WHEN x.decision = 'approved' THEN 1.0 ELSE 0.0 END AS approved,
           CASE WHEN x.decision = 'approved' THEN g.amount END AS amount,
           CAST(working_days_between(x.applied_on, x.decided_on) AS DOUBLE) AS days,
           CASE WHEN x.decision = 'approved' AND NOT coalesce(x.emergency, false) THEN
                CASE WHEN k.surveys AND x.surveyed_on IS NULL THEN 1.0 ELSE 0.0 END
              + CASE WHEN CASE WHEN x.surveyor_1 IS NULL THEN 0 ELSE 1 END
                        + CASE WHEN x.surveyor_2 IS NULL OR x.surveyor_2 = x.surveyor_1 THEN 0 ELSE 1 END
                        < least(local_number(h.region_code, 'min_surveyors', x.decided_on), k.surveyors) THEN 1.0 ELSE 0.0 END
              + CASE WHEN k.notices AND coalesce(days_between(x.notice_from, x.notice_to) < local_number(h.region_code, 'notice_days', x.decided_on), true)
                     THEN 1.0 ELSE 0.0 END END AS skipped
    FROM   application    AS x
    JOIN   household      AS h ON h.household_key = x.household_key
    LEFT   JOIN granted   AS g ON g.application_key = x.application_key
    CROSS  JOIN kept      AS k
    WHERE  x.decided_on IS NOT NULL AND x.decision IN ('approved', 'refused')
),
crowd AS (
    SELECT programme, township, half_year, count(*) >= 10 AS alone FROM filed GROUP BY programme, township, half_year
),
placed AS (
    SELECT f.*, concat_ws(' ', f.programme, CASE WHEN c.alone THEN f.township ELSE f.county END, CAST(f.half_year AS VARCHAR)) AS cell
    FROM   filed AS f
    JOIN   crowd AS c ON c.programme = f.programme AND c.township = f.township AND c.half_year = f.half_year
),
measured AS (
    SELECT application_key, cell, 'approved' AS measure, approved AS value FROM placed
    UNION  ALL
    SELECT application_key, cell, 'amount', amount FROM placed WHERE amount IS NOT NULL
    UNION  ALL
    SELECT application_key, cell, 'days', days FROM placed WHERE days IS NOT NULL
    UNION  ALL
    SELECT application_key, cell, 'skipped', skipped FROM placed WHERE skipped IS NOT NULL
),
middle AS (
    SELECT cell, measure, median(value) AS ordinary FROM measured GROUP BY cell, measure
),
marked AS (
    SELECT m.application_key, m.cell, m.measure, m.value,
           CASE WHEN CASE m.measure WHEN 'amount' THEN m.value > o.ordinary WHEN 'days' THEN m.value < o.ordinary ELSE m.value > 0 END
                THEN 1 ELSE 0 END AS favoured
    FROM   measured AS m
    JOIN   middle   AS o ON o.cell = m.cell AND o.measure = m.measure
),
peer AS (
    SELECT m.cell, m.measure, count(*) AS peers, sum(m.favoured) AS favoured, avg(m.value) AS mean
    FROM   marked AS m
    LEFT   JOIN tied AS t ON t.application_key = m.application_key
    WHERE  t.application_key IS NULL OR (m.measure = 'approved' AND t.in_file = 0)
    GROUP  BY m.cell, m.measure
),
own AS (
    SELECT o.office_kind, o.official_key, o.organisation, o.region_code, m.measure, m.cell, min(o.row_official) AS row_official,
           count(*) AS kin, sum(m.favoured) AS favoured, sum(m.value) AS total
    FROM   office AS o
    JOIN   marked AS m ON m.application_key = o.application_key
    WHERE  o.in_file = 1 OR m.measure <> 'approved'
    GROUP  BY o.office_kind, o.official_key, o.organisation, o.region_code, m.measure, m.cell
),
compared AS (
    -- A group without peers compares nothing.
    SELECT o.office_kind, o.official_key, o.organisation, o.region_code, o.measure, min(o.row_official) AS row_official,
           CAST(sum(o.kin) AS BIGINT) AS kin, CAST(sum(o.favoured) AS BIGINT) AS kin_favoured, sum(o.total) / sum(o.kin) AS kin_mean,
           CAST(sum(p.peers) AS BIGINT) AS peers, CAST(sum(p.favoured) AS BIGINT) AS peers_favoured, sum(o.kin * p.mean) / sum(o.kin) AS peer_mean,
           sum(o.kin * CAST(p.favoured + o.favoured AS DOUBLE) / (p.peers + o.kin)) AS expected,
           CAST(sum(least(o.kin, p.favoured + o.favoured)) AS BIGINT) AS most,
           array_agg(p.peers + o.kin ORDER BY o.cell) AS populations, array_agg(p.favoured + o.favoured ORDER BY o.cell) AS marks,
           array_agg(o.kin ORDER BY o.cell) AS draws
    FROM   own  AS o
    JOIN   peer AS p ON p.cell = o.cell AND p.measure = o.measure
    GROUP  BY o.office_kind, o.official_key, o.organisation, o.region_code, o.measure
    HAVING sum(o.kin) >= 3 AND sum(p.peers) >= 10
),
tested AS (
    SELECT *, hypergeometric_sum_tail(populations, marks, draws, kin_favoured) AS chance,
           hypergeometric_sum_tail(populations, marks, draws, most) <= 0.05 AS telling
    FROM   compared
),
ranked AS (
    SELECT *, CASE WHEN telling THEN chance * count(*) OVER (PARTITION BY telling)
                                     / row_number() OVER (PARTITION BY telling ORDER BY chance, office_kind, row_official, measure) ELSE 1.0 END AS step,
           row_number() OVER (ORDER BY CASE WHEN telling THEN 0 ELSE 1 END, chance, office_kind, row_official, measure) AS nth
    FROM   tested
)
SELECT office_kind, official_key, organisation, region_code, measure, kin, kin_favoured, kin_mean, peers, peers_favoured, peer_mean,
       expected, chance, least(1.0, min(step) OVER (ORDER BY nth DESC)) AS adjusted, (kin_favoured + 1) / (expected + 1) AS ratio,
       clopper_pearson_low(kin_favoured, kin) AS low, clopper_pearson_high(kin_favoured, kin) AS high, row_official
FROM   ranked
