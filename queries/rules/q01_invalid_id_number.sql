-- id         = "q01_invalid_id_number"
-- typology   = "Q01"
-- version    = 3
-- status     = "experimental"
-- severity   = 1
-- queue      = "data_quality"
-- subject    = "person"
-- reads      = ["identity_issue"]
-- # A wrong check digit is wrong.
-- prior      = 0.95
-- reason_zh  = "{name}的证件号码{subject_no}{fault_zh}{repair_zh}。"
-- reason_en  = "The ID number {subject_no} of {name} {fault_en}{repair_en}."
-- why        = "A wrong number cuts a person off from every check, and hides whoever should be found."
-- innocent   = ["A typing error at the counter.", "A number of another country's or a military document."]
-- blind      = ["A wrong number that is valid by chance, one in eleven of random ones."]
-- basis      = ["GB 11643-1999"]

-- One finding a faulty number; a number met in several rows brings each as evidence. People of several names may
-- share a wrong number, and more so a placeholder (无, 0): one of them stands for all.
SELECT max(i.person_key) OVER (PARTITION BY i.normal_text) AS subject_key, i.normal_text AS subject_no, i.normal_text AS case_key,
       max(i.person_key) OVER (PARTITION BY i.normal_text) AS person_key,
       CASE i.fault WHEN 'length' THEN '位数不对' WHEN 'characters' THEN '含有不应出现的字符' WHEN 'region' THEN '行政区划部分无效'
                    WHEN 'birth_date' THEN '出生日期部分无效' ELSE '校验码不符' END AS fault_zh,
       CASE i.fault WHEN 'length' THEN 'has a wrong length' WHEN 'characters' THEN 'has characters that do not belong there' WHEN 'region' THEN 'has no valid region part'
                    WHEN 'birth_date' THEN 'has no valid birth date' ELSE 'has a wrong check digit' END AS fault_en,
       CASE i.method WHEN 'repaired_digit' THEN '，按姓名推断为一位录错' WHEN 'repaired_swap' THEN '，按姓名推断为相邻两位颠倒' WHEN 'linked' THEN '，按号码、姓名等比对推断了所指之人' WHEN 'confirmed' THEN '，所指之人经人工核定' ELSE '，未能对应到人' END AS repair_zh,
       CASE i.method WHEN 'repaired_digit' THEN '; by the name, one digit is wrong' WHEN 'repaired_swap' THEN '; by the name, two digits are swapped' WHEN 'linked' THEN '; whom it means was inferred from number, name and home' WHEN 'confirmed' THEN '; a steward confirmed whom it means' ELSE '; nobody could be matched' END AS repair_en,
       i.row_id AS row_identity_issue
FROM   identity_issue AS i
WHERE  i.person_key IS NOT NULL AND i.fault IS NOT NULL
ORDER  BY subject_key, case_key, row_identity_issue
