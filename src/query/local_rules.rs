//! Local parameters: what a county, prefecture or province set in `local_rule`, and the contract's
//! defaults where nobody did.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type};
use thiserror::Error;

use super::local_value::{Value, bounds};
use crate::contract::{Parameter, ROW_ID, contract};
use crate::domain::region::prefix;
use crate::snapshot::{file_no, row_number};

/// What a parameter's value is: decided by the contract's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number.
    Number,
    /// A word, or a list of words separated by `|`.
    Text,
}

/// Why a local parameter has no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LocalRuleError {
    /// The parameter is not in the contract.
    #[error("no local parameter '{name}'; there are: {}", contract().parameters.keys().cloned().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// A number was asked of a parameter that is a word, or the other way round.
    #[error("local parameter '{name}' is {is}: call {call} instead")]
    Kind {
        /// The parameter.
        name: String,
        /// What it is.
        is: &'static str,
        /// The function to call.
        call: &'static str,
    },
    /// A row of `local_rule` sets a number to something that is none, or that cannot be.
    #[error(
        "local_rule ({file}, row {row}): region {region} sets '{parameter}' to '{value}', which is no number{}; correct the row and import again",
        may_be(parameter)
    )]
    NotANumber {
        /// The source file: its name, or its number where the name is not known.
        file: String,
        /// Row of the source file, the header being row 1.
        row: u64,
        /// Region that sets the value.
        region: String,
        /// The parameter.
        parameter: String,
        /// The text found.
        value: String,
    },
    /// The `local_rule` table has not the stored columns.
    #[error("local_rule: column '{column}' is missing or of another type; import again")]
    Column {
        /// The column.
        column: &'static str,
    },
}

/// What a parameter may be, in words.
fn may_be(parameter: &str) -> String {
    contract().parameters.get(parameter).map_or_else(String::new, |parameter| {
        let (low, high) = bounds(parameter);
        format!(" from {low} to {high} ({})", parameter.unit)
    })
}

/// One row of `local_rule`, days since 1970-01-01, both ends included.
#[derive(Debug, Clone)]
struct Setting {
    from: i32,
    to: i32,
    value: Value,
    row_id: i64,
}

/// One parameter: its default and what regions set, by significant digits of the region code,
/// the setting that began last first.
#[derive(Debug)]
struct Entry {
    kind: ParameterKind,
    parameter: &'static Parameter,
    default: Value,
    settings: BTreeMap<String, Vec<Setting>>,
}

/// The local parameters of a snapshot.
#[derive(Debug)]
pub struct LocalRules {
    entries: BTreeMap<String, Entry>,
    unknown: BTreeMap<String, usize>,
    /// Names of source files by number.
    files: BTreeMap<u32, String>,
}

/// Lengths of the significant digits of a region code, the nearest level first: village, township,
/// county, prefecture, province, the nation.
const LEVELS: [usize; 6] = [12, 9, 6, 4, 2, 0];

impl Default for LocalRules {
    /// The contract's defaults, nothing set locally.
    fn default() -> Self {
        let entries = contract()
            .parameters
            .values()
            .map(|p| {
                let default = Value::new(&p.default, p);
                let kind = if default.number.is_some() { ParameterKind::Number } else { ParameterKind::Text };
                (p.name.clone(), Entry { kind, parameter: p, default, settings: BTreeMap::new() })
            })
            .collect();
        Self { entries, unknown: BTreeMap::new(), files: BTreeMap::new() }
    }
}

impl LocalRules {
    /// Reads the stored `local_rule` table. Rows that name no parameter of the contract are counted
    /// in [`LocalRules::unknown`] and decide nothing.
    pub fn from_batches<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>) -> Result<Self, LocalRuleError> {
        let mut rules = Self::default();
        for batch in batches {
            rules.add(batch)?;
        }
        for entry in rules.entries.values_mut() {
            for settings in entry.settings.values_mut() {
                // Of two settings in force on one day the one that began last decides, then the later row.
                settings.sort_by_key(|s| std::cmp::Reverse((s.from, s.row_id)));
            }
        }
        Ok(rules)
    }

    /// With the names of the source files, by number, for what is to be said of a row.
    pub fn with_files(mut self, files: impl IntoIterator<Item = (u32, String)>) -> Self {
        self.files = files.into_iter().collect();
        self
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), LocalRuleError> {
        let text = |column: &'static str| {
            let array = batch.column_by_name(column).ok_or(LocalRuleError::Column { column })?;
            arrow::compute::cast(array, &arrow::datatypes::DataType::Utf8)
                .map_err(|_| LocalRuleError::Column { column })
        };
        let day = |column: &'static str| {
            batch
                .column_by_name(column)
                .and_then(|a| a.as_primitive_opt::<Date32Type>())
                .ok_or(LocalRuleError::Column { column })
        };
        let (regions, parameters, values) = (text("region_code")?, text("parameter")?, text("value")?);
        let (regions, parameters, values) =
            (regions.as_string::<i32>(), parameters.as_string::<i32>(), values.as_string::<i32>());
        let (from, to) = (day("from_date")?, day("to_date")?);
        let rows = batch
            .column_by_name(ROW_ID)
            .and_then(|a| a.as_primitive_opt::<Int64Type>())
            .ok_or(LocalRuleError::Column { column: ROW_ID })?;
        for i in 0..batch.num_rows() {
            if regions.is_null(i) || parameters.is_null(i) || values.is_null(i) {
                continue; // Required columns: the import quarantines such a row.
            }
            let name = parameters.value(i);
            let Some(entry) = self.entries.get_mut(name) else {
                *self.unknown.entry(name.to_owned()).or_default() += 1;
                continue;
            };
            let setting = Setting {
                from: if from.is_null(i) { i32::MIN } else { from.value(i) },
                to: if to.is_null(i) { i32::MAX } else { to.value(i) },
                value: Value::new(values.value(i), entry.parameter),
                row_id: rows.value(i),
            };
            entry.settings.entry(prefix(regions.value(i)).to_owned()).or_default().push(setting);
        }
        Ok(())
    }

    /// Names in `local_rule` that the contract does not know, with the number of rows.
    pub fn unknown(&self) -> &BTreeMap<String, usize> {
        &self.unknown
    }

    /// What kind of value the parameter has.
    pub fn kind(&self, parameter: &str) -> Result<ParameterKind, LocalRuleError> {
        self.entries
            .get(parameter)
            .map(|e| e.kind)
            .ok_or_else(|| LocalRuleError::Unknown { name: parameter.to_owned() })
    }

    /// A parameter with its name resolved, to be asked for many regions and days.
    pub fn parameter(&self, name: &str, kind: ParameterKind) -> Result<Lookup<'_>, LocalRuleError> {
        let Some((name, entry)) = self.entries.get_key_value(name) else {
            return Err(LocalRuleError::Unknown { name: name.to_owned() });
        };
        match (entry.kind, kind) {
            (ParameterKind::Text, ParameterKind::Number) => {
                Err(LocalRuleError::Kind { name: name.clone(), is: "a word", call: "local_text" })
            }
            (ParameterKind::Number, ParameterKind::Text) => {
                Err(LocalRuleError::Kind { name: name.clone(), is: "a number", call: "local_number" })
            }
            _ => Ok(Lookup { name, entry, files: &self.files, regions: HashMap::new(), last: None }),
        }
    }
}

/// A value with the region and row that set it; none where the default stands.
type Found<'a> = (&'a Value, Option<(&'a str, i64)>);

/// One parameter being asked for rows in turn. Consecutive rows of one region and day cost a
/// comparison; a region met before costs one hash look-up.
#[derive(Debug)]
pub struct Lookup<'a> {
    name: &'a str,
    entry: &'a Entry,
    files: &'a BTreeMap<u32, String>,
    /// Settings that bear on a region, the nearest first.
    regions: HashMap<String, Vec<(&'a str, &'a Setting)>>,
    last: Option<(String, i32, Found<'a>)>,
}

impl<'a> Lookup<'a> {
    /// The value in force in a region on a day, as text. A region that is not known has the default.
    pub fn text(&mut self, region: Option<&str>, day: i32) -> &'a str {
        &self.find(region.unwrap_or_default(), day).0.text
    }

    /// The value in force in a region on a day, as a number.
    pub fn number(&mut self, region: Option<&str>, day: i32) -> Result<f64, LocalRuleError> {
        let (value, set_by) = self.find(region.unwrap_or_default(), day);
        value.number.ok_or_else(|| {
            let (region, row_id) = set_by.unwrap_or_default();
            let file = file_no(row_id);
            LocalRuleError::NotANumber {
                file: self.files.get(&file).cloned().unwrap_or_else(|| format!("file {file}")),
                row: row_number(row_id),
                region: region.to_owned(),
                parameter: self.name.to_owned(),
                value: value.text.clone(),
            }
        })
    }

    fn find(&mut self, region: &str, day: i32) -> Found<'a> {
        if self.entry.settings.is_empty() {
            return (&self.entry.default, None);
        }
        if let Some((last_region, last_day, found)) = &self.last
            && *last_day == day
            && last_region == region
        {
            return *found;
        }
        let entry = self.entry;
        if !self.regions.contains_key(region) {
            let bearing = LEVELS
                .iter()
                .filter_map(|&digits| region.get(..digits))
                .filter_map(|prefix| entry.settings.get_key_value(prefix))
                .flat_map(|(set_by, settings)| settings.iter().map(move |s| (set_by.as_str(), s)))
                .collect();
            self.regions.insert(region.to_owned(), bearing);
        }
        let found = self.regions[region].iter().find(|(_, s)| s.from <= day && day <= s.to);
        let (value, set_by) = match found {
            Some((set_by, setting)) => (&setting.value, Some((*set_by, setting.row_id))),
            None => (&entry.default, None),
        };
        self.last = Some((region.to_owned(), day, (value, set_by)));
        (value, set_by)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Int64Array, StringArray};

    use super::*;

    /// Region, parameter, value, first and last day.
    type Row = (&'static str, &'static str, &'static str, Option<i32>, Option<i32>);

    fn table(rows: &[Row]) -> RecordBatch {
        let text = |f: fn(&Row) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(f))) };
        RecordBatch::try_from_iter([
            ("region_code", text(|r| r.0.to_owned())),
            ("parameter", text(|r| r.1.to_owned())),
            ("value", text(|r| r.2.to_owned())),
            ("from_date", Arc::new(Date32Array::from_iter(rows.iter().map(|r| r.3))) as ArrayRef),
            ("to_date", Arc::new(Date32Array::from_iter(rows.iter().map(|r| r.4))) as ArrayRef),
            (ROW_ID, Arc::new(Int64Array::from_iter_values((2..).take(rows.len()).map(|r| (7 << 40) | r))) as ArrayRef),
        ])
        .unwrap()
    }

    #[test]
    fn the_nearest_region_and_the_latest_rule_in_force_decide() {
        let batch = table(&[
            ("430000000000", "pay_day", "20", None, None),
            ("000000000000", "notice_days", "5", None, None),
            ("439931000000", "pay_day", "12", Some(100), Some(200)),
            ("439931000000", "pay_day", "8", Some(150), Some(160)),
            ("439931204000", "pay_day", "3", Some(500), None),
        ]);
        let rules = LocalRules::from_batches([&batch]).unwrap();
        let mut lookup = rules.parameter("pay_day", ParameterKind::Number).unwrap();
        let mut at = |region: &str, day| lookup.number(Some(region), day).unwrap();
        assert_eq!(at("439931204001", 99), 20.0);
        assert_eq!(at("439931204001", 100), 12.0);
        assert_eq!(at("439931204001", 155), 8.0);
        assert_eq!(at("439931204001", 161), 12.0);
        assert_eq!(at("439931204001", 200), 12.0);
        assert_eq!(at("439931204001", 201), 20.0, "an expired rule is no rule");
        assert_eq!(at("439931204001", 500), 3.0);
        assert_eq!(at("439931205001", 500), 20.0);
        assert_eq!(at("110101001001", 155), 15.0, "the contract's default");
        assert_eq!(lookup.number(None, 155).unwrap(), 15.0);
        let mut nation = rules.parameter("notice_days", ParameterKind::Number).unwrap();
        assert_eq!(nation.number(Some("439931204001"), 0).unwrap(), 5.0, "set for all");
    }

    #[test]
    fn a_word_for_a_number_names_its_row_and_never_falls_back() {
        let batch = table(&[("439931000000", "pay_day", "fifteenth", None, None)]);
        let rules = LocalRules::from_batches([&batch]).unwrap();
        let mut lookup = rules.parameter("pay_day", ParameterKind::Number).unwrap();
        assert_eq!(lookup.number(Some("110000000000"), 0).unwrap(), 15.0);
        let error = lookup.number(Some("439931204001"), 0).unwrap_err().to_string();
        assert!(error.contains("file 7, row 2") && error.contains("'fifteenth'"), "{error}");
        let named = rules.with_files([(7, "地方规则.csv".to_owned())]);
        let mut lookup = named.parameter("pay_day", ParameterKind::Number).unwrap();
        let error = lookup.number(Some("439931204001"), 0).unwrap_err().to_string();
        assert!(error.contains("(地方规则.csv, row 2)"), "{error}");
    }

    #[test]
    fn unknown_names_are_told_with_the_list() {
        let batch = table(&[("439931000000", "pay_dya", "15", None, None)]);
        let rules = LocalRules::from_batches([&batch]).unwrap();
        assert_eq!(rules.unknown()["pay_dya"], 1);
        let error = rules.parameter("pay_dya", ParameterKind::Number).unwrap_err().to_string();
        assert!(error.contains("pay_day") && error.contains("vehicle_price_limit"), "{error}");
        assert!(rules.parameter("kin_depth", ParameterKind::Number).is_err());
        assert_eq!(rules.parameter("kin_depth", ParameterKind::Text).unwrap().text(None, 0), "close");
    }
}
