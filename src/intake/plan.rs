//! Which column of a file is which column of the table.

use std::collections::{BTreeMap, BTreeSet};

use super::error::quoted;
use super::header::{closest, column_named, header_key, key, suggest};
use super::{AmountUnit, FileMapping, Note, Problem, Remedy, cells};
use crate::contract::{Column, Table};

/// Where the values of a contract column come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The field of the file at that index.
    Field(usize),
    /// The mapping gives one value for all rows.
    Constant(String),
    /// Nowhere: the column is empty.
    Absent,
}

/// How one contract column is filled.
#[derive(Debug, Clone)]
pub(super) struct ColumnPlan {
    pub(super) column: &'static Column,
    pub(super) origin: Origin,
    /// Unit of bare numbers, where the column is money.
    pub(super) unit: AmountUnit,
}

/// How a source becomes a table: one entry a contract column, in contract order.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) table: &'static Table,
    pub(super) columns: Vec<ColumnPlan>,
    /// Headers of the file.
    pub(super) header: Vec<String>,
}

/// What messages about a source need to name it.
pub(super) struct Place<'p> {
    /// Display name of the file, as the mapping would name it.
    pub(super) file: &'p str,
    /// Number (from 1) and name of the sheet, in workbooks.
    pub(super) sheet: Option<(usize, &'p str)>,
}

impl Place<'_> {
    pub(super) fn problem(&self, column: Option<usize>, message: String, remedy: Vec<Remedy>) -> Problem {
        let sheet = self.sheet.map(|(number, _)| format!("sheet {number}"));
        let column = column.map(|at| format!("column {}", at + 1));
        let place: Vec<String> = sheet.into_iter().chain(column).collect();
        let sheet = self.sheet.map(|(_, name)| name.to_owned());
        Problem { file: self.file.to_owned(), sheet, place: place.join(", "), message, remedy }
    }
}

/// The line of a mapping that gives a header to a column.
fn gives(header: &str, column: &str) -> Remedy {
    Remedy::Column(format!("{} = {}", quoted(header), quoted(column)))
}

/// Makes the plan of a source; adds what keeps it from being read to `problems`, what is worth telling
/// to `notes`.
pub(super) fn plan(
    place: &Place<'_>,
    table: &'static Table,
    header: &[String],
    mapping: Option<&FileMapping>,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Note>,
) -> Plan {
    let mut columns: Vec<ColumnPlan> = table
        .columns
        .iter()
        .map(|column| ColumnPlan { column, origin: Origin::Absent, unit: AmountUnit::default() })
        .collect();
    let unknown = match_headers(place, table, header, mapping, &mut columns, problems, notes);
    if let Some(mapping) = mapping {
        constants(place, table, mapping, &mut columns, problems);
        units(place, table, mapping, &mut columns, problems);
    }
    let free = |columns: &[ColumnPlan], required_only: bool| -> Vec<&'static Column> {
        let free = columns.iter().filter(|plan| plan.origin == Origin::Absent).map(|plan| plan.column);
        free.filter(|column| column.required || !required_only).collect()
    };
    // A required column takes the header most like it before optional ones are proposed.
    let mut proposed: BTreeMap<usize, &'static Column> = BTreeMap::new();
    let mut lost: Vec<String> = Vec::new();
    for column in free(&columns, true) {
        let like = unknown.iter().find(|at| {
            !proposed.contains_key(at)
                && suggest(&header[**at], free(&columns, true).into_iter()).is_some_and(|c| c.name == column.name)
        });
        let spelled = format!("`{}` ({})", column.name, column.headers_zh.join(", "));
        let Some(at) = like else {
            lost.push(spelled);
            continue;
        };
        proposed.insert(*at, column);
        let message = format!("the required column {spelled} is missing; is it `{}`?", header[*at]);
        problems.push(place.problem(Some(*at), message, vec![gives(&header[*at], &column.name)]));
    }
    if !lost.is_empty() {
        let message = format!(
            "required columns of {} are missing: {}; if other columns hold them, the mapping must say which",
            table.name,
            lost.join(", ")
        );
        problems.push(place.problem(None, message, Vec::new()));
    }
    for at in unknown.into_iter().filter(|at| !proposed.contains_key(at)) {
        let suggestion = suggest(&header[at], free(&columns, false).into_iter());
        notes.push(unknown_header(place, at, &header[at], suggestion));
    }
    Plan { table, columns, header: header.to_vec() }
}

/// Gives every known header to its column; answers the indexes of unknown ones.
fn match_headers(
    place: &Place<'_>,
    table: &'static Table,
    header: &[String],
    mapping: Option<&FileMapping>,
    columns: &mut [ColumnPlan],
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Note>,
) -> Vec<usize> {
    let entries = || mapping.iter().flat_map(|mapping| &mapping.columns);
    let to_the_letter: BTreeMap<String, (&String, &String)> =
        entries().map(|(name, column)| (key(name), (name, column))).collect();
    // Without its unit a name means what no other header of the file is to the letter.
    let spelled: BTreeSet<String> = header.iter().map(|name| key(name)).collect();
    let without_unit: BTreeMap<String, (&String, &String)> = entries()
        .filter(|(name, _)| !spelled.contains(&key(name)))
        .map(|(name, column)| (header_key(name).0, (name, column)))
        .collect();
    let mut unused: BTreeMap<&String, &String> = entries().collect();
    let mut unknown = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let (stem, unit) = header_key(name);
        let index = match to_the_letter.get(&key(name)).or_else(|| without_unit.get(&stem)) {
            Some((spelled, target)) => {
                unused.remove(spelled);
                if target.is_empty() {
                    continue;
                }
                match table.columns.iter().position(|column| column.name == **target) {
                    Some(index) => index,
                    None => {
                        problems.push(place.problem(Some(at), no_such_column(table, target), Vec::new()));
                        continue;
                    }
                }
            }
            None if stem.is_empty() => continue,
            None => match column_named(table, &stem) {
                Some(index) => index,
                None => {
                    unknown.push(at);
                    continue;
                }
            },
        };
        let plan = &mut columns[index];
        if let Origin::Field(first) = plan.origin {
            let message = format!(
                "`{name}` and column {} `{}` both mean `{}`: leave one out",
                first + 1,
                header[first],
                plan.column.name
            );
            problems.push(place.problem(Some(at), message, vec![gives(name, "")]));
            continue;
        }
        plan.origin = Origin::Field(at);
        plan.unit = unit.unwrap_or_default();
    }
    for (name, target) in unused {
        notes.push(Note {
            zh: format!("{}：映射文件提到的列“{name}”（{target}）在文件中不存在", place.file),
            en: format!("{}: the mapping names a column `{name}` ({target}) that the file does not have", place.file),
        });
    }
    unknown
}

fn no_such_column(table: &Table, name: &str) -> String {
    let near = closest(name, table.columns.iter().map(|column| column.name.as_str()));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("the mapping names `{name}`, which is no column of {}{near}", table.name)
}

fn constants(
    place: &Place<'_>,
    table: &'static Table,
    mapping: &FileMapping,
    columns: &mut [ColumnPlan],
    problems: &mut Vec<Problem>,
) {
    for (name, value) in &mapping.constants {
        let Some(plan) = columns.iter_mut().find(|plan| plan.column.name == *name) else {
            problems.push(place.problem(None, no_such_column(table, name), Vec::new()));
            continue;
        };
        if let Origin::Field(at) = plan.origin {
            let message = format!("the mapping gives `{name}` a constant, but this column holds it: leave one out");
            problems.push(place.problem(Some(at), message, Vec::new()));
            continue;
        }
        plan.origin = Origin::Constant(value.clone());
        if let Err(expected) = cells::check(plan, value) {
            let message = format!("the constant '{value}' of `{name}` is not {expected}");
            problems.push(place.problem(None, message, Vec::new()));
        }
    }
}

fn units(
    place: &Place<'_>,
    table: &'static Table,
    mapping: &FileMapping,
    columns: &mut [ColumnPlan],
    problems: &mut Vec<Problem>,
) {
    for (name, unit) in &mapping.units {
        match columns.iter_mut().find(|plan| plan.column.name == *name) {
            None => problems.push(place.problem(None, no_such_column(table, name), Vec::new())),
            Some(plan) if !plan.column.is_money() => {
                let message = format!("the mapping gives `{name}` a unit, but it is not money");
                problems.push(place.problem(None, message, Vec::new()));
            }
            Some(plan) => plan.unit = *unit,
        }
    }
}

/// What is said of a header that names no column of the table.
fn unknown_header(place: &Place<'_>, at: usize, header: &str, suggestion: Option<&Column>) -> Note {
    let number = at + 1;
    let (mut zh, mut en) = (format!("{}：", place.file), format!("{}, ", place.file));
    if let Some((sheet, _)) = place.sheet {
        zh.push_str(&format!("第{sheet}个工作表"));
        en.push_str(&format!("sheet {sheet}, "));
    }
    zh.push_str(&format!("第{number}列“{header}”"));
    en.push_str(&format!("column {number} `{header}`: "));
    match suggestion {
        Some(column) => {
            let (name, line) = (&column.name, format!("{} = {}", quoted(header), quoted(&column.name)));
            zh.push_str(&format!("未识别，是否为 {name}？如是，请在映射文件的 [file.columns] 下加 {line}"));
            en.push_str(&format!("did you mean `{name}`? add {line} under [file.columns] of the mapping"));
        }
        None => {
            zh.push_str("不是该表的列，只保留在原始行中");
            en.push_str("not a column of the table, kept only in the raw rows");
        }
    }
    Note { zh, en }
}
