//! What a model says of a subject it raises, in the words of people.

use crate::contract::SubjectKind;

use super::{Driver, FeatureTable, Model, Scored};

/// A feature's value with as many places as it needs.
pub fn shown(value: f64) -> String {
    // No minus before a zero.
    let value = value + 0.0;
    if value == value.round() || value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    }
}

/// The reason of a subject that was raised, in Chinese and English: what drove it, what would have been
/// ordinary, whom it stands beside, and how often the model is wrong. `{name}` stays for whoever knows it.
pub fn in_words(model: &Model, table: &FeatureTable, one: &Scored) -> (String, String) {
    let words = |en: bool| {
        let name = |driver: &Driver| {
            let name = &table.names[driver.feature];
            model.columns.get(name).map_or(name.as_str(), |c| if en { &c.en } else { &c.zh })
        };
        let driver = |driver: &Driver| {
            let (value, [low, middle, high], part) =
                (shown(driver.value), driver.ordinary.map(shown), (100.0 * driver.part).round());
            // Where it is not known of all that the subject is compared with, or not compared with peers as the rest
            // is, so many are told.
            let beyond = driver.of_all && one.peers.is_some();
            let few = (beyond || driver.among != one.peers.unwrap_or(table.subjects.len())).then_some(driver.among);
            if en {
                let all = if beyond { "all " } else { "" };
                let among = few.map(|n| format!(" among {all}{n} of whom it is known")).unwrap_or_default();
                format!(
                    "{} {value}, ordinarily {middle} ({low} to {high}{among}; {part} % of what is unusual)",
                    name(driver)
                )
            } else {
                let all = if beyond { "全部" } else { "" };
                let among = few.map(|n| format!("，{all}有此数据者{n}个")).unwrap_or_default();
                format!("{}为{value}，通常为{middle}（{low}至{high}{among}，占异常成分的{part}%）", name(driver))
            }
        };
        let joined = |of: Vec<String>, en_mark: &str, zh_mark: &str| of.join(if en { en_mark } else { zh_mark });
        let drivers = joined(one.drivers.iter().map(driver).collect(), "; ", "；");
        let decisive = one.drivers.iter().take(one.enough).map(|driver| name(driver).to_owned()).collect();
        let otherwise = match (one.enough, en) {
            (0, false) => "仅将上述各项改为同类中位数，仍会提示。".to_owned(),
            (0, true) => "With these at their peers' median it would still be raised.".to_owned(),
            (_, false) => format!("若{}为同类中位数，则不会提示。", joined(decisive, "", "、")),
            (_, true) => format!("With {} at the peers' median it would not be raised.", joined(decisive, " and ", "")),
        };
        // Of a person who is merely compared with, no more is told than it takes to find the row.
        let named =
            |number: &str| match (model.query.subject, number.get(..6), number.get(number.len().saturating_sub(4)..)) {
                (SubjectKind::Person, Some(place), Some(end)) => format!("{place}********{end}"),
                _ => number.to_owned(),
            };
        let peer = |i: &usize| {
            let first = one.drivers.first().map(|driver| shown(table.rows[[*i, driver.feature]]));
            let (open, close) = if en { (" (", ")") } else { ("（", "）") };
            format!("{}{open}{}{close}", named(&table.subjects[*i]), first.unwrap_or_default())
        };
        let beside = joined(one.beside.iter().map(peer).collect(), ", ", "、");
        let (n, share) = (table.subjects.len(), shown(100.0 * model.spec.share));
        let lead = if en { &model.spec.reason_en } else { &model.spec.reason_zh };
        let lead = lead.replace("{subject}", &table.subjects[one.subject]);
        if en {
            let peers = one.peers.map_or_else(|| format!("all {n}"), |peers| format!("{peers} peers"));
            format!(
                "{lead} Compared with {peers}: {drivers}. {otherwise} Alike in all else and ordinary in these: {beside} (the first of these in brackets). The \
                 model only says where to look; it has a quota of {share} % of {n}, which it may fill even where nothing is wrong."
            )
        } else {
            let peers = one.peers.map_or_else(|| format!("全部{n}个"), |peers| format!("{peers}个同类"));
            format!(
                "{lead}与{peers}对象相比：{drivers}。{otherwise}其余相近而上述各项正常的同类对照（括号内为首项）：{beside}。模型只提示何处值得看，不作认定；\
                 其提示名额为{n}个对象的{share}%，即使一切正常也可能用满。"
            )
        }
    };
    (words(false), words(true))
}
