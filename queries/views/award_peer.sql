-- meaning  = "Monthly awards beside their peers: awards of the same county, programme, hukou kind, number of persons in the family (five and more together), worst disability among those covered (none, grade 3 or 4, grade 1 or 2; for tekun the care tier too), standard in force, and declared income per person in the same tenth of the standard. `share` is the amount a person over the standard, `ordinary` the peers' median, `spread` their median distance to it times 1.4826, `peers` how many they are (itself among them), `as_much` how many of them get no less than five hundredths of the standard under its share; `row_peer` and `row_peer_2` are two ordinary ones of the group. Awards without a declared income, a number of persons or a standard have no row."
-- reads    = ["award", "application", "household", "identity", "award_member", "disability", "household_standard"]
-- optional = ["disability"]
-- once     = true

WITH worst AS (
    SELECT m.award_key, min(d.grade) AS grade
    FROM   award_member AS m
    JOIN   disability   AS d ON d.person_key = m.person_key
    GROUP  BY m.award_key
),
line AS (
    SELECT a.award_key, a.row_id AS row_award, a.household_key, a.persons, a.start_month, a.end_month, s.standard_fen,
           substr(h.region_code, 1, 6) AS county, a.programme, coalesce(i.hukou_kind, '') AS hukou_kind,
           least(coalesce(h.family_size, a.persons), 5) AS family,
           CASE WHEN w.grade <= 2 THEN 2 WHEN w.grade IS NOT NULL THEN 1 ELSE 0 END AS disabled,
           CASE WHEN a.programme = 'tekun' THEN coalesce(a.tier, '') ELSE '' END AS care,
           s.from_month AS standard_from,
           CAST(floor(10.0 * p.declared_income_fen / coalesce(h.family_size, a.persons) / s.standard_fen) AS BIGINT) AS income_tenth,
           CAST(a.monthly_amount_fen AS DOUBLE) / a.persons / s.standard_fen AS share,
           p.row_id AS row_application
    FROM   award              AS a
    JOIN   household          AS h ON h.household_key = a.household_key
    JOIN   application        AS p ON p.application_key = a.application_key
    JOIN   household_standard AS s ON s.household_key = a.household_key AND s.programme = a.programme
                                  AND s.from_month <= a.start_month AND coalesce(s.until_month > a.start_month, true)
    LEFT   JOIN identity      AS i ON i.person_key = h.head_key
    LEFT   JOIN worst         AS w ON w.award_key = a.award_key
    WHERE  a.programme IN ('dibao', 'tekun') AND a.persons > 0 AND a.monthly_amount_fen > 0
      AND  p.declared_income_fen >= 0 AND coalesce(h.family_size, a.persons) > 0 AND s.standard_fen > 0
),
cell AS (
    SELECT county, programme, hukou_kind, family, disabled, care, standard_from, income_tenth,
           median(share) AS ordinary, count(*) AS peers
    FROM   line
    GROUP  BY county, programme, hukou_kind, family, disabled, care, standard_from, income_tenth
),
placed AS (
    SELECT l.*, c.ordinary, c.peers,
           count(*) OVER (PARTITION BY l.county, l.programme, l.hukou_kind, l.family, l.disabled, l.care, l.standard_from, l.income_tenth
                          ORDER BY l.share RANGE BETWEEN 0.05 PRECEDING AND UNBOUNDED FOLLOWING) AS as_much
    FROM   line AS l
    JOIN   cell AS c ON  c.county = l.county AND c.programme = l.programme AND c.hukou_kind = l.hukou_kind AND c.family = l.family
                     AND c.disabled = l.disabled AND c.care = l.care AND c.standard_from = l.standard_from
                     AND c.income_tenth = l.income_tenth
),
spread AS (
    SELECT county, programme, hukou_kind, family, disabled, care, standard_from, income_tenth,
           1.4826 * median(abs(share - ordinary)) AS spread,
           min(CASE WHEN abs(share - ordinary) <= 0.05 THEN row_award END) AS row_peer,
           max(CASE WHEN abs(share - ordinary) <= 0.05 THEN row_award END) AS row_peer_2
    FROM   placed
    GROUP  BY county, programme, hukou_kind, family, disabled, care, standard_from, income_tenth
)
SELECT p.award_key, p.household_key, p.persons, p.start_month, p.end_month, p.standard_fen, p.share, p.ordinary, s.spread,
       p.peers, p.as_much, p.row_award, p.row_application, s.row_peer, s.row_peer_2
FROM   placed AS p
JOIN   spread AS s ON  s.county = p.county AND s.programme = p.programme AND s.hukou_kind = p.hukou_kind AND s.family = p.family
                   AND s.disabled = p.disabled AND s.care = p.care AND s.standard_from = p.standard_from
                   AND s.income_tenth = p.income_tenth
