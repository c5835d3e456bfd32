-- id         = "c04_relatives_concentrated"
-- typology   = "C04"
-- version    = 4
-- status     = "experimental"
-- severity   = 2
-- queue      = "irregularity"
-- subject    = "official"
-- reads      = ["kin_concentration", "official"]
-- one_of     = ["kinship", "marriage", "person"]
-- # The excess is no accident, at the stated rate of false alarms; poverty also runs in families, and nothing here tells the two apart.
-- prior      = 0.35
-- reason_zh  = "{organisation}{post}{name}在其辖区内的近亲属共{relatives}人（{kin_families}户），其中{relatives_assisted}人（{kin_assisted}户）享受低保或特困，占{share_percent}%（95%置信区间{low_percent}%至{high_percent}%）；按辖区{families}户中{assisted}户享受的水平，预期约{expected_families}户，偶然达到此数的概率为{chance_percent}%（多重比较校正后{adjusted_percent}%），收缩后约为应有水平的{excess}倍。仅为总体线索，不指向任何个人或家庭。"
-- reason_en  = "{name} ({organisation}, {post}) has {relatives} close relatives ({kin_families} families) in the region of the office, of whom {relatives_assisted} ({kin_assisted} families) receive dibao or tekun: {share_percent} % of the families (95 % interval {low_percent} to {high_percent} %); where {assisted} of {families} families do, about {expected_families} would be expected. Chance gives so many with {chance_percent} % ({adjusted_percent} % after correction for many officials); shrunk, {excess} times what is due. A pattern, which points at no person and no family."
-- why        = "One relative on the list is nothing; a family that is on it many times as often as its neighbours is the pattern favouritism leaves."
-- innocent   = ["The official comes from a poor family, and was chosen as a village cadre for knowing it.", "One misfortune, a fire or an illness, struck the whole family.", "Families of one clan live in the poorest part of the village."]
-- blind      = ["Relatives whom no register names.", "Fewer than three relatives, or a place where most are assisted.", "Favours for relatives of a colleague in return."]
-- basis      = ["lead on the pattern - not on persons", "民发〔2021〕57号 art. 20"]
-- [[legal_criteria]]
-- attribute = "sex"
-- law       = "民法典 art. 1045 with GB/T 4761: kin are spouses and the words of a register book, of which 儿媳 and 女婿 say by sex whose spouse a child-in-law is; no more is read from it"
-- [[legal_criteria]]
-- attribute = "birth_date"
-- law       = "民法典 art. 1045: parents and children are kin; a parent no older than the child is none, whatever a register says"
-- [parameters.false_discovery]
-- default = 0.05
-- min     = 0.001
-- max     = 0.2
-- meaning = "share of false alarms among what is raised, at most"

SELECT k.official_key AS subject_key, k.official_key,
       coalesce(o.name, '某工作人员') AS name, coalesce(o.organisation, '') AS organisation, coalesce(o.post, '') AS post,
       k.relatives, k.relatives_assisted, k.kin_families, k.kin_assisted, k.families, k.assisted,
       round(k.expected, 1) AS expected_families,
       CASE WHEN k.chance < 0.000001 THEN '<0.0001' ELSE CAST(round(100 * k.chance, 4) AS VARCHAR) END AS chance_percent,
       CASE WHEN k.adjusted < 0.00001 THEN '<0.001' ELSE CAST(round(100 * k.adjusted, 3) AS VARCHAR) END AS adjusted_percent,
       round(k.ratio, 1) AS excess, CAST(round(100.0 * k.kin_assisted / k.kin_families) AS BIGINT) AS share_percent,
       CAST(round(100 * k.share_low) AS BIGINT) AS low_percent, CAST(round(100 * k.share_high) AS BIGINT) AS high_percent, k.row_official
FROM   kin_concentration AS k
JOIN   official          AS o ON o.official_key = k.official_key
WHERE  k.adjusted <= $false_discovery AND k.relatives_assisted >= 3
ORDER  BY subject_key
