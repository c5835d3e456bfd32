-- id         = "q04_disputed_death"
-- typology   = "Q04"
-- version    = 1
-- status     = "experimental"
-- severity   = 1
-- queue      = "data_quality"
-- subject    = "person"
-- reads      = ["death_record"]
-- # Whoever draws wages or lies in hospital is not dead: one of two records is wrong.
-- prior      = 0.85
-- reason_zh  = "{name}的死亡登记（{died_on}）存疑：{doubt_zh}。"
-- reason_en  = "The death record of {name} ({died_on}) is in doubt: {doubt_en}."
-- why        = "People wrongly entered as dead lose benefit, insurance and account; putting it right takes them years."
-- innocent   = ["Two persons with one mistyped number.", "A settlement or contribution booked after the death for the time before it."]
-- blind      = ["The wrongly dead who leave no trace in any other register."]
-- basis      = ["户口登记条例 art. 8", "个人信息保护法 art. 46"]

SELECT person_key AS subject_key, person_key, died_on,
       CASE WHEN doubt = 'name_mismatch' THEN '登记姓名为' || recorded_name || '，与本人不符'
            ELSE '此后（' || CAST(sign_on AS VARCHAR) || '）仍有' ||
                 CASE sign WHEN 'employment' THEN '参保缴费' WHEN 'medical_settlement' THEN '住院结算' WHEN 'marriage' THEN '婚姻登记' ELSE '开户' END || '记录' END AS doubt_zh,
       CASE WHEN doubt = 'name_mismatch' THEN 'it bears the name ' || recorded_name
            ELSE 'later, on ' || CAST(sign_on AS VARCHAR) || ', there is ' ||
                 CASE sign WHEN 'employment' THEN 'an employment' WHEN 'medical_settlement' THEN 'a hospital stay' WHEN 'marriage' THEN 'a marriage' ELSE 'an account opened' END END AS doubt_en,
       row_death, row_employment, row_medical_settlement, row_marriage, row_account
FROM   death_record
WHERE  doubt IS NOT NULL
ORDER  BY subject_key, died_on, row_death
