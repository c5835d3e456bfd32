//! Which column a header means.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Column, Table, contract};
use crate::domain::text::squeeze;

/// Likeness from which a column is suggested.
const LIKE: f64 = 0.34;

/// A header as it is compared: half-width, without spaces, case and the marks of required columns.
pub(super) fn normal(header: &str) -> String {
    let squeezed = squeeze(header).to_lowercase();
    let bare = squeezed.trim_matches(['*', '＊', '"', '\'', '\u{feff}', ':', '：']);
    bare.to_owned()
}

/// The same without a unit in parentheses: `金额(元)` is `金额`.
fn without_unit(normal: &str) -> Option<&str> {
    let open = normal.find(['(', '（'])?;
    let inside = normal[open..].trim_matches(['(', '（', ')', '）']);
    matches!(inside, "元" | "元/月" | "人" | "平方米" | "㎡").then(|| &normal[..open])
}

fn names(column: &Column) -> impl Iterator<Item = &str> {
    std::iter::once(column.name.as_str()).chain(column.headers_zh.iter().map(String::as_str))
}

/// The column of a table that a header means.
pub(super) fn column_of(table: &'static Table, header: &str) -> Option<usize> {
    let wanted = normal(header);
    if wanted.is_empty() {
        return None;
    }
    let find = |wanted: &str| table.columns.iter().position(|c| names(c).any(|name| normal(name) == wanted));
    find(&wanted).or_else(|| without_unit(&wanted).and_then(find))
}

/// The table that a file or sheet name says, up to the first dot or hyphen.
pub(super) fn table_of(name: &str) -> Option<&'static Table> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let base = base.split(['.', '-', '－', '—']).next().unwrap_or(base);
    let wanted = normal(base);
    let named = |t: &&Table| normal(&t.name) == wanted || t.names_zh.iter().any(|name| normal(name) == wanted);
    contract().tables.iter().find(named)
}

/// How well a row of headers fits a table: all required columns there, and the share of headers known.
fn fit(table: &'static Table, headers: &[String], given: &BTreeSet<&str>) -> (bool, f64, usize) {
    let found: BTreeSet<usize> = headers.iter().filter_map(|h| column_of(table, h)).collect();
    let filled = headers.iter().filter(|h| !normal(h).is_empty()).count().max(1);
    let required = |(i, c): (usize, &Column)| !c.required || found.contains(&i) || given.contains(c.name.as_str());
    let whole = table.columns.iter().enumerate().all(required);
    (whole, found.len() as f64 / filled as f64, found.len())
}

/// The table that headers say. `Err` names those that fit equally well, or none.
pub(super) fn table_by_headers(headers: &[String], given: &BTreeSet<&str>) -> Result<&'static Table, Vec<&'static str>> {
    let mut fitting: Vec<(f64, usize, &'static Table)> = contract()
        .tables
        .iter()
        .map(|table| (fit(table, headers, given), table))
        .filter(|((whole, share, _), _)| *whole && *share >= 0.5)
        .map(|((_, share, found), table)| (share, found, table))
        .collect();
    fitting.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    match fitting.as_slice() {
        [] => Err(Vec::new()),
        [(_, _, only)] => Ok(only),
        [(share, found, best), (next, next_found, _), ..] if share > next || found > next_found => Ok(best),
        [(share, found, _), ..] => {
            Err(fitting.iter().filter(|f| f.0 == *share && f.1 == *found).map(|f| f.2.name.as_str()).collect())
        }
    }
}

/// How many headers of a row any table knows: tells the header row from titles above it.
pub(super) fn known(row: &[String], table: Option<&'static Table>) -> usize {
    let tables = contract().tables.iter().filter(|t| table.is_none_or(|only| only.name == t.name));
    tables.map(|t| row.iter().filter(|h| column_of(t, h).is_some()).count()).max().unwrap_or(0)
}

/// How like two names are, 0 to 1: edits, or characters shared.
fn likeness(a: &str, b: &str) -> f64 {
    let (left, right): (BTreeSet<char>, BTreeSet<char>) = (a.chars().collect(), b.chars().collect());
    let all = left.union(&right).count().max(1) as f64;
    let shared = left.intersection(&right).count() as f64 / all;
    shared.max(strsim::normalized_damerau_levenshtein(a, b))
}

/// The column of a table that an unknown header is most like, `taken` ones apart.
pub(super) fn suggestion(table: &'static Table, header: &str, taken: &BTreeMap<usize, usize>) -> Option<&'static str> {
    let wanted = normal(header);
    table
        .columns
        .iter()
        .enumerate()
        .filter(|(i, _)| !taken.contains_key(i))
        .map(|(_, c)| (names(c).map(|name| likeness(&wanted, &normal(name))).fold(0.0, f64::max), c))
        .filter(|(like, _)| *like >= LIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> &'static Table {
        contract().table(name).unwrap()
    }

    #[test]
    fn headers_in_every_form() {
        let payment = table("payment");
        for header in ["amount", "发放金额", " 发 放 金 额 ", "发放金额(元)", "*金额", "ＡＭＯＵＮＴ", "\u{feff}发放金额"] {
            assert_eq!(column_of(payment, header).map(|i| payment.columns[i].name.as_str()), Some("amount"), "{header}");
        }
        assert_eq!(column_of(payment, "备注"), None);
    }

    #[test]
    fn tables_by_name_and_by_headers() {
        for (name, expected) in [
            ("payment-2023.csv", "payment"),
            ("发放明细.csv", "payment"),
            ("民政/资金发放明细-2023.xlsx", "payment"),
            ("区划代码表.csv", "region"),
        ] {
            assert_eq!(table_of(name).map(|t| t.name.as_str()), Some(expected));
        }
        assert!(table_of("导出1.csv").is_none());
        let headers: Vec<String> = ["号牌号码", "所有人身份证号", "车辆类型"].map(str::to_owned).to_vec();
        assert_eq!(table_by_headers(&headers, &BTreeSet::new()).map(|t| t.name.as_str()), Ok("vehicle"));
        assert_eq!(table_by_headers(&["甲".to_owned()], &BTreeSet::new()).map(|t| t.name.as_str()), Err(vec![]));
    }

    #[test]
    fn unknown_headers_are_met_with_the_likest_free_column() {
        let (award, none) = (table("award"), BTreeMap::new());
        assert_eq!(suggestion(award, "低保金额", &none), Some("monthly_amount"));
        assert_eq!(suggestion(award, "household_num", &none), Some("household_no"));
        assert_eq!(suggestion(award, "备注", &none), None);
    }
}
