-- meaning  = "Grants of temporary aid that an official approved or handled, with what a township decides itself."
-- reads    = ["temporary_grant", "application", "official"]
-- [columns.under_limit]
-- measure = "under_threshold"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "临时救助金额紧贴乡镇审批限额之下者之多（出于偶然的概率之负对数）"
-- en      = "temporary grants just under what the township decides itself too often"
-- [columns.same_grant]
-- measure = "same_amount"
-- unit    = "−log10 of chance"
-- least   = 2.0
-- zh      = "同一金额临时救助之多（出于偶然的概率之负对数）"
-- en      = "temporary grants of one amount too often"

SELECT o.official_no AS subject_no, month_of(g.granted_on) AS month, g.amount_fen,
       CAST(local_number(g.region_code, 'temporary_township_limit', g.granted_on) * 100 AS BIGINT) AS threshold_fen, count(*) AS times
FROM   temporary_grant AS g
JOIN   (SELECT application_key, approver_key AS official_key FROM application WHERE approver_key IS NOT NULL
        UNION
        SELECT application_key, handler_key FROM application WHERE handler_key IS NOT NULL) AS p ON p.application_key = g.application_key
JOIN   official        AS o ON o.official_key = p.official_key
WHERE  g.amount_fen > 0
GROUP  BY o.official_no, month_of(g.granted_on), g.amount_fen, local_number(g.region_code, 'temporary_township_limit', g.granted_on)
ORDER  BY subject_no, month, g.amount_fen
