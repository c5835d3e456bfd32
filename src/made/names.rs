//! Names put together from common surnames and given-name characters. Whoever bears one, it is chance.

use super::random::Dice;
use super::rows::{Code, Text};

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛\
                        叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const MALE: &str =
    "伟强军勇杰涛明辉刚平建国华志文斌波林峰云龙海山福贵德顺财荣兴旺松柏有长春生根水清正忠良毅诚康宁浩宇轩俊祥东";
const FEMALE: &str =
    "芳娟敏静秀丽艳桂英兰梅玉珍凤霞萍红燕琴云莲香菊翠玲娥淑华美洁雪倩婷颖佳欣怡蓉琳晴岚惠芬巧素春秋月银彩";
const MINORITY: [(&str, &str); 4] = [
    ("阿依古丽 古丽娜尔 热依汗 买买提 艾尔肯 吐尔逊", "买买提 艾合买提 吐尔地 卡德尔"),
    ("卓玛 扎西 次仁 央金 格桑 多吉", "才让 旺堆 尼玛 平措"),
    ("娜仁 巴特尔 其其格 苏和 乌云 朝鲁", "花 巴雅尔 图雅 毕力格"),
    ("阿支 木呷 拉日 尔古 子布 阿依", "伍果 木乃 石布 拉哈"),
];
const PEOPLES: [&str; 4] = ["维吾尔族", "藏族", "蒙古族", "彝族"];

fn character(dice: &mut Dice, of: &str) -> char {
    let count = of.chars().count();
    of.chars().nth(dice.below(count)).unwrap_or('明')
}

/// A surname; the first ones of the list are the commonest, as in life.
pub(super) fn surname(dice: &mut Dice) -> char {
    let count = SURNAMES.chars().count();
    let at = dice.below(count).min(dice.below(count));
    SURNAMES.chars().nth(at).unwrap_or('王')
}

/// A full name under that surname. Old people's names are as often of one character as young people's.
pub(super) fn full(dice: &mut Dice, surname: char, sex: Code) -> Text {
    let given = if sex == "male" { MALE } else { FEMALE };
    let mut name = String::from(surname);
    name.push(character(dice, given));
    if dice.chance(0.78) {
        name.push(character(dice, given));
    }
    name.into()
}

/// A name with a dot between its parts, and the people it is of.
pub(super) fn dotted(dice: &mut Dice) -> (Text, &'static str) {
    let at = dice.below(MINORITY.len());
    let (own, fathers) = MINORITY[at];
    let word = |dice: &mut Dice, list: &'static str| {
        let words: Vec<&str> = list.split(' ').collect();
        *dice.pick(&words)
    };
    (format!("{}·{}", word(dice, own), word(dice, fathers)).into(), PEOPLES[at])
}

/// A name that nobody could take for `name`.
pub(super) fn other(dice: &mut Dice, name: &str, sex: Code) -> Text {
    loop {
        let surname = surname(dice);
        if !name.contains(surname) {
            return full(dice, surname, sex);
        }
    }
}

/// The name of a firm at a place.
pub(super) fn firm(dice: &mut Dice, county: &str, kind: Code) -> String {
    const WORDS: [&str; 16] = [
        "宏达", "顺发", "鑫源", "华泰", "恒通", "佳业", "福瑞", "金穗", "明珠", "盛和", "永昌", "启航", "广源", "瑞丰",
        "东升", "百川",
    ];
    let place = county.trim_end_matches('县');
    let trade = match kind {
        "company" => *dice.pick(&["商贸有限公司", "建材有限公司", "食品有限公司", "劳务有限公司", "物流有限公司"]),
        "cooperative" => *dice.pick(&["种植农民专业合作社", "养殖农民专业合作社", "茶叶农民专业合作社"]),
        _ => *dice.pick(&["便利店", "小吃店", "理发店", "五金店", "早餐铺"]),
    };
    format!("{place}{}{}{trade}", dice.pick(&WORDS), dice.pick(&WORDS))
}
