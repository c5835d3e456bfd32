//! Dense keys → the sources' own numbers, names and places.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use futures::StreamExt;

use crate::contract::SubjectKind;
use crate::query::Session;

use super::{FlagError, RawFinding, Subject};

/// What is told of one row of a register.
type Told = Vec<Option<String>>;

/// The entries of one register that findings name.
#[derive(Debug, Default)]
struct Register {
    told: HashMap<i32, Told>,
    wanted: BTreeSet<i32>,
}

/// Registers by key column, with the table and the text columns that are told; a column that ends in
/// `_key` leads on to another register.
const REGISTERS: [(&str, &str, &[&str]); 7] = [
    ("application_key", "application", &["application_no", "household_key"]),
    ("award_key", "award", &["award_no", "household_key"]),
    ("official_key", "official", &["official_no", "name", "region_code", "person_key"]),
    ("account_key", "account", &["account_no", "holder_name"]),
    ("institution_key", "institution", &["institution_no", "name", "region_code"]),
    ("household_key", "household", &["household_no", "head_name", "region_code"]),
    ("person_key", "identity", &["id_number", "name", "region_code"]),
];

/// Everything that the findings of an audit call by key.
#[derive(Debug, Default)]
pub struct Directory {
    registers: HashMap<&'static str, Register>,
    /// The one region that contains all others, where a finding has no place of its own.
    root: String,
}

/// The key column of a subject kind.
pub fn key_of(kind: SubjectKind) -> Option<&'static str> {
    Some(match kind {
        SubjectKind::Person => "person_key",
        SubjectKind::Household => "household_key",
        SubjectKind::Award => "award_key",
        SubjectKind::Application => "application_key",
        SubjectKind::Account => "account_key",
        SubjectKind::Official => "official_key",
        SubjectKind::Institution => "institution_key",
        SubjectKind::Terminal | SubjectKind::Village | SubjectKind::Region => return None,
    })
}

impl Directory {
    /// Looks up what the findings name. One scan a register.
    pub async fn load<'a>(
        session: &Session,
        findings: impl Iterator<Item = (SubjectKind, &'a RawFinding)>,
    ) -> Result<Self, FlagError> {
        let mut directory = Self::default();
        for (kind, finding) in findings {
            if let (Some(column), Subject::Key(key)) = (key_of(kind), &finding.subject) {
                directory.registers.entry(column).or_default().wanted.insert(*key);
            }
            for (column, key) in &finding.keys {
                directory.registers.entry(column).or_default().wanted.insert(*key);
            }
        }
        for (column, table, told) in REGISTERS {
            directory.read(session, column, table, told).await?;
        }
        directory.root = root(session).await?;
        Ok(directory)
    }

    async fn read(
        &mut self,
        session: &Session,
        column: &'static str,
        table: &str,
        told: &[&'static str],
    ) -> Result<(), FlagError> {
        let Some(register) = self.registers.get_mut(column).filter(|r| !r.wanted.is_empty()) else { return Ok(()) };
        let names: Vec<&str> = std::iter::once(column).chain(told.iter().copied()).collect();
        let frame = session.context().table(table).await?.select_columns(&names)?;
        let mut rows = frame.execute_stream().await?;
        let mut onward: Vec<(&'static str, i32)> = Vec::new();
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let keys = batch.column(0).as_primitive::<Int32Type>();
            let texts = batch.columns()[1..].iter().map(|c| cast(c, &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
            for row in (0..batch.num_rows()).filter(|r| keys.is_valid(*r) && register.wanted.contains(&keys.value(*r)))
            {
                let cells: Told = texts
                    .iter()
                    .map(|column| column.as_string::<i32>())
                    .map(|column| column.is_valid(row).then(|| column.value(row).to_owned()))
                    .collect();
                for (name, cell) in told.iter().zip(&cells).filter(|(name, _)| name.ends_with("_key")) {
                    onward.extend(cell.as_ref().and_then(|text| text.parse().ok()).map(|key| (*name, key)));
                }
                register.told.insert(keys.value(row), cells);
            }
        }
        for (name, key) in onward {
            self.registers.entry(name).or_default().wanted.insert(key);
        }
        Ok(())
    }

    /// A text that the register of `column` tells of `key`.
    pub fn told(&self, column: &str, key: i32, what: &str) -> Option<&str> {
        let (_, _, names) = REGISTERS.iter().find(|(c, _, _)| *c == column)?;
        let position = names.iter().position(|name| *name == what)?;
        self.registers.get(column)?.told.get(&key)?.get(position)?.as_deref()
    }

    /// The own number of a row: the first thing a register tells.
    pub fn number(&self, column: &str, key: i32) -> Option<&str> {
        self.registers.get(column)?.told.get(&key)?.first()?.as_deref()
    }

    /// The region that contains all others.
    pub fn root(&self) -> &str {
        &self.root
    }
}

/// The smallest region that holds every family: village, township, county, prefecture or province.
async fn root(session: &Session) -> Result<String, FlagError> {
    let bounds = session.sql("SELECT min(region_code) AS low, max(region_code) AS high FROM household").await?;
    let bounds = bounds.collect().await?;
    let Some(batch) = bounds.first().filter(|b| b.num_rows() == 1) else { return Ok(String::new()) };
    let text = |i: usize| -> Result<String, FlagError> {
        let column = cast(batch.column(i), &DataType::Utf8)?;
        let column = column.as_string::<i32>();
        Ok(if column.is_valid(0) { column.value(0).to_owned() } else { String::new() })
    };
    let (low, high) = (text(0)?, text(1)?);
    let digits = [12, 9, 6, 4, 2].into_iter().find(|n| low.len() == 12 && low.get(..*n) == high.get(..*n));
    Ok(digits.and_then(|n| low.get(..n)).map(|prefix| format!("{prefix:0<12}")).unwrap_or_default())
}
