//! The mapping file: what a person says about files that do not say it themselves.
//!
//! TOML; unknown keys are errors. Every key but `name` may be left out.
//!
//! ```toml
//! [[file]]
//! name = "低保发放*.xlsx"     # file name, or path below the imported folder; * and ? are wildcards
//! sheet = "2023*"             # only sheets of that name (workbooks; wildcards too)
//! table = "payment"           # canonical or Chinese name of the table
//! ignore = false              # true: do not read this file (or sheet)
//! header_row = 3              # row of the headers, as a spreadsheet counts
//! encoding = "gb18030"        # text files; else recognised
//! delimiter = ";"             # text files; else recognised
//!
//! [file.columns]              # header as it stands in the file = canonical column
//! "低保金额" = "monthly_amount"
//! "备注" = ""                 # leave out without a note
//!
//! [file.constants]            # canonical column = value of every row
//! programme = "dibao"
//!
//! [file.units]                # canonical column of money = unit of its numbers
//! declared_income = "year"    # yuan, fen, wan_yuan; month, year; or both: "wan_yuan/year"
//! ```
//!
//! The first entry whose `name` (and `sheet`, if given) fits speaks for a file; later ones are not
//! looked at. An amount a year is divided by twelve to whole fen, halves to the even fen.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

use super::IntakeError;
use crate::domain::money::MoneyUnit;

/// A mapping file, read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Entries in file order.
    #[serde(default, rename = "file")]
    pub files: Vec<FileMapping>,
}

/// What is said about one file, or about files of a pattern.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileMapping {
    /// File name or path below the imported folder, with `*` and `?`.
    pub name: String,
    /// Sheet name, with `*` and `?`; every sheet if not given.
    pub sheet: Option<String>,
    /// Table, by its canonical or a Chinese name.
    pub table: Option<String>,
    /// Do not read it.
    #[serde(default)]
    pub ignore: bool,
    /// Row of the headers, from 1.
    pub header_row: Option<u64>,
    /// Encoding label (WHATWG) of a text file.
    pub encoding: Option<String>,
    /// Delimiter of a text file: one ASCII character, or `\t`.
    pub delimiter: Option<char>,
    /// Header → canonical column; an empty one leaves the column out.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Canonical column → value of every row.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Canonical column of money → unit.
    #[serde(default)]
    pub units: BTreeMap<String, AmountUnit>,
}

/// Unit of the bare numbers of a money column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AmountUnit {
    /// Yuan, fen or ten thousand yuan.
    pub money: MoneyUnit,
    /// Whether the amount is for a year, where the contract wants one for a month.
    pub per_year: bool,
}

impl FromStr for AmountUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut unit = Self::default();
        for part in text.split('/').map(str::trim) {
            match part {
                "yuan" | "month" => {}
                "fen" => unit.money = MoneyUnit::Fen,
                "wan_yuan" => unit.money = MoneyUnit::WanYuan,
                "year" => unit.per_year = true,
                other => {
                    return Err(format!(
                        "unknown unit '{other}': use yuan, fen or wan_yuan, month or year, or two of them such as wan_yuan/year"
                    ));
                }
            }
        }
        Ok(unit)
    }
}

impl<'de> Deserialize<'de> for AmountUnit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// A file that cannot be read, bad TOML, an unknown key or a bad value, with its path.
    pub fn load(path: &Path) -> Result<Self, IntakeError> {
        let text = std::fs::read_to_string(path).map_err(|error| IntakeError::io(path, error))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a mapping file; `file` names it in errors.
    ///
    /// # Errors
    /// Bad TOML, an unknown key or a bad value, with its path.
    pub fn parse(text: &str, file: &str) -> Result<Self, IntakeError> {
        let refuse = |message: String| IntakeError::Mapping { file: file.to_owned(), message };
        let deserializer = toml::Deserializer::parse(text).map_err(|error| refuse(error.to_string()))?;
        let mapping: Self = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            refuse(format!("{path}: {}", error.into_inner().message()))
        })?;
        for (index, entry) in mapping.files.iter().enumerate() {
            let at = |what: &str| refuse(format!("file[{index}] ('{}'): {what}", entry.name));
            if entry.header_row == Some(0) {
                return Err(at("header_row counts from 1"));
            }
            if entry.delimiter.is_some_and(|d| !d.is_ascii() || matches!(d, '"' | '\n' | '\r')) {
                return Err(at("delimiter must be one ASCII character other than a quote or line end"));
            }
            if let Some(label) = &entry.encoding
                && encoding_rs::Encoding::for_label(label.as_bytes()).is_none()
            {
                return Err(at(&format!("unknown encoding '{label}': use utf-8, gb18030, utf-16le or utf-16be")));
            }
        }
        Ok(mapping)
    }

    /// The entry that speaks for a file, or for a sheet of it.
    pub(super) fn entry(&self, file: &str, sheet: Option<&str>) -> Option<(usize, &FileMapping)> {
        let base = file.rsplit('/').next().unwrap_or(file);
        self.files.iter().enumerate().find(|(_, entry)| {
            (fits(&entry.name, file) || fits(&entry.name, base))
                && entry.sheet.as_deref().is_none_or(|pattern| sheet.is_some_and(|sheet| fits(pattern, sheet)))
        })
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            // The last star takes one character more, and the rest is tried again.
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example_reads() {
        let example: String = include_str!("mapping.rs")
            .lines()
            .skip_while(|line| *line != "//! ```toml")
            .skip(1)
            .take_while(|line| *line != "//! ```")
            .map(|line| format!("{}\n", line.trim_start_matches("//!")))
            .collect();
        let mapping = Mapping::parse(&example, "example").unwrap();
        let (index, entry) = mapping.entry("民政/低保发放2023.xlsx", Some("2023年1月")).unwrap();
        assert_eq!((index, entry.table.as_deref(), entry.header_row), (0, Some("payment"), Some(3)));
        assert_eq!(entry.units["declared_income"], AmountUnit { money: MoneyUnit::Yuan, per_year: true });
        assert!(mapping.entry("低保发放2023.xlsx", Some("说明")).is_none());
        assert!(mapping.entry("低保发放2023.csv", None).is_none());
    }

    #[test]
    fn mistakes_are_named_with_their_path() {
        let message = |text: &str| Mapping::parse(text, "m.toml").unwrap_err().to_string();
        insta::assert_snapshot!(message("[[file]]\nname = 'a'\nheader = 3"), @"mapping m.toml: file[0].header: unknown field `header`, expected one of `name`, `sheet`, `table`, `ignore`, `header_row`, `encoding`, `delimiter`, `columns`, `constants`, `units`");
        insta::assert_snapshot!(message("[[file]]\nname = 'a'\n[file.units]\nincome = 'dollar'"), @"mapping m.toml: file[0].units.income: unknown unit 'dollar': use yuan, fen or wan_yuan, month or year, or two of them such as wan_yuan/year");
        insta::assert_snapshot!(message("[[file]]\nname = 'a'\nheader_row = 0"), @"mapping m.toml: file[0] ('a'): header_row counts from 1");
        insta::assert_snapshot!(message("[[file]]\nname = 'a'\nencoding = 'klingon'"), @"mapping m.toml: file[0] ('a'): unknown encoding 'klingon': use utf-8, gb18030, utf-16le or utf-16be");
        assert!(message("[[file]").starts_with("mapping m.toml: "));
    }

    #[test]
    fn wildcards() {
        for (pattern, text) in
            [("*", ""), ("a*c", "abbc"), ("a*c", "ac"), ("?月", "1月"), ("**.csv", "x.csv"), ("a", "a")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "ab"), ("?月", "12月"), ("", "a"), ("a", ""), ("*.csv", "x.csv.gz")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
