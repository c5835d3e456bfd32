-- meaning  = "What the screens of offices say, in one shape: a row an office (`office_kind` official, or organisation, all its officials together) and `measure`: concentration (families of close kin in the official's region that are assisted, against the region's coverage), approved, amount, days and skipped (how applications of kin fared against peers, see `official_kin_decisions`). `favoured` of `kin` where `expected` would be usual, bounds `low` and `high` of the share (95 %), `ratio` drawn towards 1 where numbers are small, `chance` of so many or more, `adjusted` the same after Benjamini and Hochberg over all offices of the screen. It speaks of an office in the aggregate, never of a person, a family or a village."
-- reads    = ["kin_concentration", "official_kin_decisions", "official"]

SELECT s.measure, s.office_kind, o.official_no, o.name AS official_name, coalesce(s.organisation, o.organisation) AS organisation, o.post, s.region_code,
       s.kin, s.favoured, s.expected, s.kin_mean, s.peer_mean, s.ratio, s.low, s.high, s.chance, s.adjusted, s.row_official
FROM   (SELECT 'concentration' AS measure, 'official' AS office_kind, official_key, CAST(NULL AS VARCHAR) AS organisation, region_code,
               kin_families AS kin, kin_assisted AS favoured, expected, CAST(kin_assisted AS DOUBLE) / kin_families AS kin_mean,
               CAST(assisted AS DOUBLE) / families AS peer_mean, ratio, share_low AS low, share_high AS high, chance, adjusted, row_official
        FROM   kin_concentration
        UNION  ALL
        SELECT measure, office_kind, official_key, organisation, region_code, kin, kin_favoured, expected, kin_mean, peer_mean, ratio,
               low, high, chance, adjusted, row_official
        FROM   official_kin_decisions) AS s
LEFT   JOIN official AS o ON o.official_key = s.official_key
