-- The scalar functions of Mingjing that rules call, as DuckDB macros, so that the SQL of a rule runs
-- unchanged on both engines. The tables `region`, `local_rule` and the rest are views over the Parquet
-- files of a snapshot; `$as_of`, `$window_from` and `$window_to` are bound as named parameters.

-- Rules divide whole numbers as whole numbers.
SET integer_division = true;

CREATE OR REPLACE MACRO month_of(day) AS CAST(date_trunc('month', day) AS DATE);
CREATE OR REPLACE MACRO month_add(day, months) AS
    CAST(date_trunc('month', day) + to_months(CAST(months AS INTEGER)) AS DATE);
CREATE OR REPLACE MACRO month_after(day) AS CAST(date_trunc('month', day) + INTERVAL 1 MONTH AS DATE);
CREATE OR REPLACE MACRO months_between(from_day, to_day) AS
    CAST(date_diff('month', date_trunc('month', from_day), date_trunc('month', to_day)) AS INTEGER);

CREATE OR REPLACE MACRO day_add(day, days) AS CAST(day AS DATE) + CAST(days AS INTEGER);
CREATE OR REPLACE MACRO days_between(from_day, to_day) AS CAST(to_day AS DATE) - CAST(from_day AS DATE);

CREATE OR REPLACE MACRO id_one_slip(a, b) AS length(a) = length(b) AND damerau_levenshtein(a, b) = 1;

CREATE OR REPLACE MACRO ln_choose(n, k) AS lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
CREATE OR REPLACE MACRO hypergeometric_tail(people, marked, drawn, seen) AS
    coalesce(list_sum(list_transform(range(greatest(seen, drawn - (people - marked), 0), least(marked, drawn) + 1),
        lambda i: exp(ln_choose(marked, i) + ln_choose(people - marked, drawn - i) - ln_choose(people, drawn)))), 0);

-- Bounds of a share (Clopper and Pearson, 95 %): where the tail of the binomial distribution passes 2.5 %, by bisection.
CREATE OR REPLACE MACRO binomial_tail(k, n, p) AS
    coalesce(list_sum(list_transform(range(k, n + 1), lambda i: exp(ln_choose(n, i) + i * ln(p) + (n - i) * ln(1 - p)))), 0);
CREATE OR REPLACE MACRO share_where_tail_is(k, n, tail) AS
    list_reduce(list_transform(range(50), lambda step: 0.5 ** (step + 1)), lambda share, step:
        CASE WHEN binomial_tail(k, n, share) < tail THEN share + step ELSE share - step END);
CREATE OR REPLACE MACRO clopper_pearson_low(k, n) AS CASE WHEN k = 0 THEN 0.0 ELSE share_where_tail_is(k, n, 0.025) END;
CREATE OR REPLACE MACRO clopper_pearson_high(k, n) AS CASE WHEN k = n THEN 1.0 ELSE share_where_tail_is(k + 1, n, 0.975) END;

-- Significant digits of a region code: cut at the end of a level.
CREATE OR REPLACE MACRO region_prefix(code) AS
    CASE WHEN substr(code, 10) <> '000'  THEN code
         WHEN substr(code, 7)  <> '000000'  THEN substr(code, 1, 9)
         WHEN substr(code, 5)  <> '00000000'  THEN substr(code, 1, 6)
         WHEN substr(code, 3)  <> '0000000000'  THEN substr(code, 1, 4)
         WHEN code <> '000000000000' THEN substr(code, 1, 2) ELSE '' END;
CREATE OR REPLACE MACRO region_contains(outer_code, inner_code) AS
    starts_with(inner_code, region_prefix(outer_code));

-- Variant characters as in `src/domain/data/variants.csv`.
CREATE OR REPLACE MACRO name_normal(name) AS upper(trim(translate(
    regexp_replace(nfc_normalize(name), '[\s\x{3000}]', '', 'g'),
    '•・.‧∙⋅●。丟並亙亞併來侶俠倆倉個們倫偉側傑備傳債傷傾僑儀億優儲兎兒內兩冊冨冪凈凱別刪則剎剛創劃劇劉劍勁動務勛勝勞勢勲勳勵勸區協卻厲參叢吳呂員唸問啓啟喚喦喪喬單嘆嘗嘯噸嚀嚴囑囯國圍園圓圖團執堅報場塊塏塗塵墻墾壇壘壢壩壯壽奧奪奮奼妝姍姪姸娛婁婦婭媧媯媽嫗嫵嫺嫻嫿嬋嬌嬙嬡嬪嬰嬸孃孌孫學孿宮寕實寧審寫寬寵寶尅將專尋對導屆層屬峩峯島峽崍崑崗崢嵐嵒嵨嶌嶠嶧嶸嶺嶼嶽巋巒巖帥師帶幣幫幾広庫廟廠廣廬廳廻張強彈彌彎彥徑從徠復徳徹恆恵悅悳惲愛愜愨愷態慙慣慮慶憐憫憲憶懇應懌懷懸戀戸抜拋挙挾掃採揀揚換揮損搖摯撫撲擁擇擊擔據擴擺攜攝攬敍敎敘敵數斂斃斬斷旣時晉暉暘暢曄曆曇曉曖曠曬書會東査栄栢桜桿條棗棟棲楊楓楨業楳極榮榿構槍槑樂樓標樞樹樺橋機橫檉檜檢檳檸櫃櫓櫟櫻欄權欒欖歐歲歷歸殘殺毀毎氣氫汎汙決沒沖沢況洶浄涙涼淚淥淨淩淪淵淶渙減渾湊湞湯溈準溝溫溼滄滅滎滬滿漁漢漣漲漸潁潔潛潤潯澂澐澗澠澤澦濃濕濘濟濤濰濱濼瀅瀏瀘瀝瀟瀠瀧瀨瀾灃灘灝灣炤為烏無煉煒煙煢煥煬熒熱熾燁燈營燦燭燴燻燾爍爐爛爲爾牀牆牽狀猶獄獅獎獨獲獻玨珮現琺瑋瑤瑩瑪瑲璉璡璣璦環璽璿瓊瓏瓔甕產産畝畢畫異當疇發皐皚盜盞盡監盤盧眾矯礎礦祕祿禎禕禪禮禱秌種稱穌積穎穩窮竇竈竊竜競筆筍節範築篋篤簡簫簽籃籌籟籤籬粵糧紀約紅紋納紐紓純紗級紜紡細紳紹終組結絡絢給絨統絲絳絹綉綏經綜綠維綱網綸綺綽綾綿緊緋緑緒緗緘線締緣編緬緯練緹緻縈縉縝縣縱總績織繡繩繪繹繼繽續纓纖纘罷羅羣義習翹聖聞聯聰聲聶職聽肅脈腦膽臨興舉舊舘艦艶艷莊莖華菴萊萬萵葉葦蒔蒼蓀蓋蓮蓯蔣蔥蔦蔭蕋蕓蕩蕪蕭薈薔薩薺藍藎藝藥藹蘂蘆蘇蘊蘋蘓蘭蘿虛號虧蝦螢蟬蠶蠻衆術衛衝裏補裝裡褲襲見規覓視覩親覬覲覺覽觀計訓記訥訪設許訴詔評詞詠詡詢試詩詮話該詳誌認語誠誥誦誨誼調諄談請諍諒論諤諧諫諭諶諸諺諾謀謐謙講謝謨謳謹證識譙譚譜譯議護譽讀變讐讓讚豐豔豬貓貝貞負財貢貨貫責貴買費賀賈賓賜賞賡賢賦質賴賺購賽贈贊贏趙軍軒軼軾輅輈載輔輕輝輩輪輯輸輿轅轉轍轔轟農辺迴這連進運過達違遙遜遞遠適遲遷選遺遼邁還邊邐鄉鄒鄔鄖鄧鄭鄰鄲鄺醫釀釋釗針釣鈉鈞鈦鈮鈴鈺鈿鉄鉅鉉鉑鉗鉞鉢銀銃銅銑銓銘銜銳鋁鋒鋭鋮鋯鋼錄錕錘錚錢錦錨錫録鍇鍔鍛鍵鍾鎖鎧鎬鎮鎰鏈鏐鏗鏘鏡鏢鏵鐔鐘鐲鐳鐵鐸鑄鑌鑑鑒鑰鑲鑼鑾長門閃閆開閏閑閒間閔閣閩閭閱閻闊闌闕闖關闡陝陰陳陸陽隊階際隣隨險隱隴雋雙雛雜雞離難雲電霧靈靚靜鞏韋韌韓韜韞韻響頁項順須頊頌頎預領頡頤頭頴頻題額顏顓顔願類顥顧顯風颯颶颺飄飆飛飯飲飴飾養餘館饒馬馮馳馴駁駐駒駕駟駢駱駿騁騅騎騏騫騰驊驍驕驗驚驛驥驪魚魯鮑鮮鯉鯤鯨鰲鱗鳥鳩鳳鳴鳶鴉鴛鴦鴨鴻鴿鵑鵝鵠鵬鵰鵲鶯鶴鶻鷗鷹鷺鸝鸞麗麥麩黃黒點黨鼇齊齋齡龍龐龔龜',
    '········丢并亘亚并来侣侠俩仓个们伦伟侧杰备传债伤倾侨仪亿优储兔儿内两册富幂净凯别删则刹刚创划剧刘剑劲动务勋胜劳势勋勋励劝区协却厉参丛吴吕员念问启启唤岩丧乔单叹尝啸吨咛严嘱国国围园圆图团执坚报场块垲涂尘墙垦坛垒坜坝壮寿奥夺奋姹妆姗侄妍娱娄妇娅娲妫妈妪妩娴娴婳婵娇嫱嫒嫔婴婶娘娈孙学孪宫宁实宁审写宽宠宝克将专寻对导届层属峨峰岛峡崃昆岗峥岚岩坞岛峤峄嵘岭屿岳岿峦岩帅师带币帮几广库庙厂广庐厅回张强弹弥弯彦径从徕复德彻恒惠悦德恽爱惬悫恺态惭惯虑庆怜悯宪忆恳应怿怀悬恋户拔抛举挟扫采拣扬换挥损摇挚抚扑拥择击担据扩摆携摄揽叙教叙敌数敛毙斩断既时晋晖旸畅晔历昙晓暧旷晒书会东查荣柏樱杆条枣栋栖杨枫桢业梅极荣桤构枪梅乐楼标枢树桦桥机横柽桧检槟柠柜橹栎樱栏权栾榄欧岁历归残杀毁每气氢泛污决没冲泽况汹净泪凉泪渌净凌沦渊涞涣减浑凑浈汤沩准沟温湿沧灭荥沪满渔汉涟涨渐颍洁潜润浔澄沄涧渑泽滪浓湿泞济涛潍滨泺滢浏泸沥潇潆泷濑澜沣滩灏湾照为乌无炼炜烟茕焕炀荧热炽烨灯营灿烛烩熏焘烁炉烂为尔床墙牵状犹狱狮奖独获献珏佩现珐玮瑶莹玛玱琏琎玑瑷环玺璇琼珑璎瓮产产亩毕画异当畴发皋皑盗盏尽监盘卢众矫础矿秘禄祯祎禅礼祷秋种称稣积颖稳穷窦灶窃龙竞笔笋节范筑箧笃简箫签篮筹籁签篱粤粮纪约红纹纳纽纾纯纱级纭纺细绅绍终组结络绚给绒统丝绛绢绣绥经综绿维纲网纶绮绰绫绵紧绯绿绪缃缄线缔缘编缅纬练缇致萦缙缜县纵总绩织绣绳绘绎继缤续缨纤缵罢罗群义习翘圣闻联聪声聂职听肃脉脑胆临兴举旧馆舰艳艳庄茎华庵莱万莴叶苇莳苍荪盖莲苁蒋葱茑荫蕊芸荡芜萧荟蔷萨荠蓝荩艺药蔼蕊芦苏蕴苹苏兰萝虚号亏虾萤蝉蚕蛮众术卫冲里补装里裤袭见规觅视睹亲觊觐觉览观计训记讷访设许诉诏评词咏诩询试诗诠话该详志认语诚诰诵诲谊调谆谈请诤谅论谔谐谏谕谌诸谚诺谋谧谦讲谢谟讴谨证识谯谭谱译议护誉读变雠让赞丰艳猪猫贝贞负财贡货贯责贵买费贺贾宾赐赏赓贤赋质赖赚购赛赠赞赢赵军轩轶轼辂辀载辅轻辉辈轮辑输舆辕转辙辚轰农边回这连进运过达违遥逊递远适迟迁选遗辽迈还边逦乡邹邬郧邓郑邻郸邝医酿释钊针钓钠钧钛铌铃钰钿铁钜铉铂钳钺钵银铳铜铣铨铭衔锐铝锋锐铖锆钢录锟锤铮钱锦锚锡录锴锷锻键钟锁铠镐镇镒链镠铿锵镜镖铧镡钟镯镭铁铎铸镔鉴鉴钥镶锣銮长门闪闫开闰闲闲间闵阁闽闾阅阎阔阑阙闯关阐陕阴陈陆阳队阶际邻随险隐陇隽双雏杂鸡离难云电雾灵靓静巩韦韧韩韬韫韵响页项顺须顼颂颀预领颉颐头颖频题额颜颛颜愿类颢顾显风飒飓飏飘飙飞饭饮饴饰养余馆饶马冯驰驯驳驻驹驾驷骈骆骏骋骓骑骐骞腾骅骁骄验惊驿骥骊鱼鲁鲍鲜鲤鲲鲸鳌鳞鸟鸠凤鸣鸢鸦鸳鸯鸭鸿鸽鹃鹅鹄鹏雕鹊莺鹤鹘鸥鹰鹭鹂鸾丽麦麸黄黑点党鳌齐斋龄龙庞龚龟'), '·'));
CREATE OR REPLACE MACRO names_match(a, b) AS
    a = b OR replace(name_normal(a), '·', '') = replace(name_normal(b), '·', '');

-- Digits of a telephone number without leading zeros and China's country code; null where there are none.
CREATE OR REPLACE MACRO phone_digits(text) AS
    regexp_replace(translate(text, '０１２３４５６７８９＋', '0123456789+'), '[^0-9]', '', 'g');
CREATE OR REPLACE MACRO phone_normal(text) AS
    nullif(ltrim(CASE WHEN regexp_matches(trim(text), '^[+＋]') OR starts_with(phone_digits(text), '00')
                        OR length(ltrim(phone_digits(text), '0')) = 13
                      THEN regexp_replace(ltrim(phone_digits(text), '0'), '^86', '') ELSE phone_digits(text) END, '0'), '');

-- A number of eighteen characters, its date and its check character (GB 11643, ISO 7064 MOD 11-2).
CREATE OR REPLACE MACRO id_normal(number) AS upper(regexp_replace(number, '\s', '', 'g'));
CREATE OR REPLACE MACRO id_birth_date(number) AS CAST(try_strptime(substr(number, 7, 8), '%Y%m%d') AS DATE);
CREATE OR REPLACE MACRO id_valid(number) AS
    regexp_full_match(number, '[1-8][0-9]{16}[0-9X]') AND id_birth_date(number) IS NOT NULL
    AND substr('10X98765432', CAST(1 + list_sum(list_transform([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
            lambda weight, at_place: weight * CAST(substr(number, CAST(at_place AS BIGINT), 1) AS INTEGER))) % 11 AS BIGINT), 1) = substr(number, 18, 1);

-- Working days after the first day up to the second: weeks, their remainder, and the holidays between.
CREATE OR REPLACE MACRO weekdays_to(day) AS
    (date_diff('day', DATE '2000-01-03', day) // 7) * 5 + least(date_diff('day', DATE '2000-01-03', day) % 7 + 1, 5);
CREATE OR REPLACE MACRO working_days_between(from_day, to_day) AS CASE WHEN to_day <= from_day THEN 0 ELSE
    weekdays_to(to_day) - weekdays_to(from_day)
    + (SELECT coalesce(sum(CASE WHEN kind = 'worked' THEN 1 WHEN isodow(date) < 6 THEN -1 ELSE 0 END), 0)
       FROM holiday WHERE date > from_day AND date <= to_day) END;

CREATE OR REPLACE MACRO source_file(row_id) AS CAST(row_id >> 40 AS INTEGER);
CREATE OR REPLACE MACRO source_row(row_id) AS row_id & 1099511627775;

-- Defaults of the contract's parameters.
CREATE OR REPLACE TABLE contract_parameter AS
    SELECT * FROM (VALUES
    ('kin_depth', 'close'),
    ('death_grace_months', '1'),
    ('death_escalate_months', '3'),
    ('review_months_stable', '12'),
    ('review_months_unstable', '6'),
    ('phase_out_months', '6'),
    ('vehicle_price_limit', '0'),
    ('vehicle_exempt_kinds', 'motorcycle|tricycle|tractor|disabled'),
    ('residence_limit', '1'),
    ('residence_area_limit', '60'),
    ('deposit_months', '24'),
    ('income_tolerance', '0.10'),
    ('work_cost_deduction', '0.20'),
    ('notice_days', '7'),
    ('min_surveyors', '2'),
    ('decision_working_days', '30'),
    ('pay_day', '15'),
    ('tekun_ratio', '1.3'),
    ('temporary_cap_months', '6'),
    ('temporary_repeat_days', '180'),
    ('temporary_township_limit', '1000'),
    ('reissue_days', '30'),
    ('split_months', '12'),
    ('margin_ratio', '1.5'),
    ('individual_capital_limit', '100000'),
    ('supporter_income_ratio', '3'),
    ('divorce_months', '6'),
    ('emergency_followup_days', '30'),
    ('hidden_tie_max_share', '5'),
    ('bulk_change_awards', '5'),
    ('cluster_withdrawals', '5'),
    ('cluster_minutes', '10'),
    ('flow_back_days', '10'),
    ('fund_idle_months', '3')
    ) AS defaults(parameter, value);

-- The nearest region that sets the parameter on that day; of several the one that began last.
CREATE OR REPLACE MACRO local_text(region, name, day) AS coalesce(
    (SELECT r.value
     FROM   local_rule AS r
     WHERE  r.parameter = name
       AND  starts_with(region, region_prefix(r.region_code))
       AND  coalesce(r.from_date, DATE '0001-01-01') <= day
       AND  coalesce(r.to_date, DATE '9999-12-31') >= day
     ORDER  BY length(region_prefix(r.region_code)) DESC, r.from_date DESC NULLS LAST, r.row_id DESC
     LIMIT  1),
    (SELECT d.value FROM contract_parameter AS d WHERE d.parameter = name));
CREATE OR REPLACE MACRO local_number(region, name, day) AS CAST(local_text(region, name, day) AS DOUBLE);
