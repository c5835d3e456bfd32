//! Names of tables and columns as files spell them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::AmountUnit;
use crate::contract::{Column, Table, contract};
use crate::domain::money::MoneyUnit;
use crate::domain::text::squeeze;

/// Likeness from which a column is worth suggesting.
const SUGGESTIBLE: f64 = 0.5;

/// A name in the form in which names are compared: without spaces, hyphens and underscores, half-width,
/// lower case.
pub(super) fn key(name: &str) -> String {
    let plain = squeeze(name).to_lowercase();
    plain.chars().filter(|c| !matches!(c, '_' | '-' | '*' | ':' | '"' | '\'')).collect()
}

/// A header: its key without a unit in parentheses at its end, and what that unit says.
pub(super) fn header_key(header: &str) -> (String, Option<AmountUnit>) {
    let key = key(header);
    let Some((stem, inside)) = key.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return (key, None);
    };
    let money = |money| Some(AmountUnit { money, per_year: false });
    let unit = match inside {
        "元" | "单位元" | "元/月" | "人民币" => money(MoneyUnit::Yuan),
        "万元" | "单位万元" => money(MoneyUnit::WanYuan),
        "分" => money(MoneyUnit::Fen),
        "元/年" => Some(AmountUnit { money: MoneyUnit::Yuan, per_year: true }),
        "人" | "平方米" | "㎡" | "m2" | "%" => None,
        _ => return (key.clone(), None),
    };
    (stem.to_owned(), unit)
}

struct Names {
    /// Canonical and Chinese names of tables.
    tables: HashMap<String, usize>,
    /// By table: canonical and Chinese headers.
    columns: Vec<HashMap<String, usize>>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { tables: HashMap::new(), columns: Vec::new() };
    for (index, table) in contract().tables.iter().enumerate() {
        for name in table.names_zh.iter().chain([&table.name]) {
            names.tables.insert(key(name), index);
        }
        let mut columns = HashMap::new();
        for (at, column) in table.columns.iter().enumerate() {
            for header in column.headers_zh.iter().chain([&column.name]) {
                columns.insert(key(header), at);
            }
        }
        names.columns.push(columns);
    }
    names
});

/// The table of a name: canonical or Chinese.
pub(super) fn table_named(name: &str) -> Option<&'static Table> {
    contract().tables.get(*NAMES.tables.get(&key(name))?)
}

/// The table that a file or sheet name begins with, up to the first dot or hyphen.
pub(super) fn table_of_file(name: &str) -> Option<&'static Table> {
    let base = name.rsplit('/').next().unwrap_or(name);
    table_named(base.split(['.', '-', '．', '－', '—']).next()?)
}

/// Index of the column that a header names in a table.
pub(super) fn column_named(table: &Table, header_key: &str) -> Option<usize> {
    let index = contract().tables.iter().position(|other| other.name == table.name)?;
    NAMES.columns.get(index)?.get(header_key).copied()
}

/// How many of some cells are headers of one table: of the table that knows most of them.
pub(super) fn known_together(cells: &[String]) -> usize {
    let keys: Vec<String> = cells.iter().map(|cell| header_key(cell).0).filter(|key| !key.is_empty()).collect();
    let known =
        |columns: &HashMap<String, usize>| keys.iter().filter_map(|key| columns.get(key)).collect::<HashSet<_>>().len();
    NAMES.columns.iter().map(known).max().unwrap_or(0)
}

/// The column among `candidates` whose names are most like a header, if any is like it at all.
pub(super) fn suggest<'c>(header: &str, candidates: impl Iterator<Item = &'c Column>) -> Option<&'c Column> {
    let (header, _) = header_key(header);
    let mut best: Option<(f64, &Column)> = None;
    for column in candidates {
        let names = column.headers_zh.iter().chain([&column.name]);
        let likeness = names.map(|name| likeness(&header, &key(name))).fold(0.0, f64::max);
        if likeness >= SUGGESTIBLE && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, column));
        }
    }
    best.map(|(_, column)| column)
}

/// The name among `candidates` most like a mistyped one.
pub(super) fn closest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    candidates
        .map(|candidate| (likeness(&key(name), &key(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= SUGGESTIBLE)
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, name)| name)
}

/// From 0 to 1: for Chinese names the share of characters they have in common (Dice), because word
/// order and length differ freely; for Latin ones the edit distance, because letters are shared by all.
fn likeness(a: &str, b: &str) -> f64 {
    if a.is_ascii() || b.is_ascii() {
        return strsim::normalized_damerau_levenshtein(a, b);
    }
    let mut rest: Vec<char> = b.chars().collect();
    let total = a.chars().count() + rest.len();
    let mut common = 0;
    for c in a.chars() {
        if let Some(at) = rest.iter().position(|other| *other == c) {
            rest.swap_remove(at);
            common += 1;
        }
    }
    2.0 * f64::from(common) / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_names_two_columns_of_a_table() {
        for table in &contract().tables {
            let mut keys: Vec<String> = Vec::new();
            for column in &table.columns {
                let mut own: Vec<String> = column.headers_zh.iter().chain([&column.name]).map(|h| key(h)).collect();
                own.dedup();
                keys.extend(own);
            }
            let count = keys.len();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), count, "{}", table.name);
        }
    }

    #[test]
    fn names_as_files_spell_them() {
        for name in [
            "payment-2023.csv",
            "发放明细.csv",
            "民政/资金发放明细-2023年.xlsx",
            " Payment .jsonl",
            "PAYMENT",
            "ｐａｙｍｅｎｔ.csv",
        ] {
            assert_eq!(table_of_file(name).unwrap().name, "payment", "{name}");
        }
        assert_eq!(table_of_file("award_member.csv").unwrap().name, "award_member");
        assert!(table_of_file("导出.csv").is_none());
        let payment = table_named("payment").unwrap();
        for header in ["amount", "AMOUNT", "发放金额", " 发放\u{3000}金额", "发放金额（元）", "金额(万元)", "发放金额*"]
        {
            let (key, _) = header_key(header);
            assert_eq!(payment.columns[column_named(payment, &key).unwrap()].name, "amount", "{header}");
        }
        assert_eq!(header_key("金额(万元)").1, Some(AmountUnit { money: MoneyUnit::WanYuan, per_year: false }));
    }

    #[test]
    fn suggestions() {
        let award = table_named("award").unwrap();
        let suggested = |header| suggest(header, award.columns.iter()).map(|column| column.name.as_str());
        assert_eq!(suggested("低保金额"), Some("monthly_amount"));
        assert_eq!(suggested("monthly_amout"), Some("monthly_amount"));
        assert_eq!(suggested("家庭号"), Some("household_no"));
        assert_eq!(suggested("备注"), None);
        assert_eq!(closest("paymnet", contract().tables.iter().map(|t| t.name.as_str())), Some("payment"));
    }
}
