use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use futures::StreamExt;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::contract::SubjectKind;
use crate::query::library::{Planner, read_header};
use crate::query::{QueryError, Session};

/// What a feature is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Unit.
    pub unit: String,
    /// The smallest difference that means anything, in that unit.
    pub least: f64,
    /// Meaning in Chinese.
    pub zh: String,
    /// Meaning in English.
    pub en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    meaning: String,
    subject: SubjectKind,
    reads: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    columns: BTreeMap<String, Column>,
}

/// A feature query: one row a subject. Beside the features it gives `subject_key` (the dense key, or the
/// code of a region), `subject_no`, `region_code`, and where it has them `peer_group` (whom a subject is
/// compared with), `case_key` (which of several cases of a subject) and `row_<table>` (rows it rests on).
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureQuery {
    /// File stem.
    pub name: &'static str,
    /// What a row is.
    pub meaning: String,
    /// What a row is about.
    pub subject: SubjectKind,
    /// Features by name.
    pub columns: BTreeMap<String, Column>,
    pub(super) reads: Vec<String>,
    pub(super) optional: Vec<String>,
    text: &'static str,
}

macro_rules! sql {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../queries/", $folder, "/", $name, ".sql")))),*]
    };
}
pub(super) use sql;

/// Every feature query. A test holds this list against the folder.
const FEATURES: &[(&str, &str)] =
    sql!["features": "account", "award", "batch", "household", "institution", "official", "person", "village"];
/// Protected groups by subject, for the fairness of alarms alone.
const GROUPS: &[(&str, &str)] = sql!["groups": "account", "award", "household", "official", "person"];

/// Columns that hold what a caseworker thinks, and not what is: no model may learn from them.
const OPINIONS: [(&str, &str); 3] = [("application", "cause"), ("award", "tier"), ("award", "single_person")];

/// Columns of a feature query that are no features.
const BESIDE: [&str; 5] = ["subject_key", "subject_no", "region_code", "peer_group", "case_key"];

/// Whom a row is about, as findings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A dense key of the snapshot.
    Dense(i32),
    /// The code of a village or region.
    Code(String),
}

/// Features of subjects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureTable {
    /// Whom rows are about (n).
    pub keys: Vec<Key>,
    /// The source's own numbers (n).
    pub subjects: Vec<String>,
    /// Where they belong (n).
    pub regions: Vec<String>,
    /// Whom they are compared with (n); equal where all are compared with all.
    pub peers: Vec<String>,
    /// Which case of the subject (n).
    pub cases: Vec<Option<String>>,
    /// Rows of the source they rest on (n).
    pub evidence: Vec<Vec<i64>>,
    /// Names of the features (d).
    pub names: Vec<String>,
    /// The smallest difference of each that means anything (d).
    pub least: Vec<f64>,
    /// n × d; NaN where a value is missing. Whoever reads them asks [`known`](Self::known): what nobody told is
    /// compared with nothing and shown to nobody.
    pub rows: Array2<f64>,
}

/// Refuses a statement that reads a protected attribute, a caseworker's opinion, or a table it does not
/// declare; tells its columns.
pub(super) async fn check_reading(
    planner: &Planner,
    name: &str,
    text: &str,
    reads: &[String],
) -> Result<Vec<String>, ModelError> {
    let wrong = |message: String| ModelError::Spec { model: name.to_owned(), message };
    let plan = planner.read_by(name, text).await?;
    let opinion = |(table, column): &&(String, String)| OPINIONS.contains(&(table.as_str(), column.as_str()));
    if let Some((table, column)) = plan.through.iter().find(opinion) {
        let by = if plan.columns.contains(&(table.clone(), column.clone())) { "" } else { " through a view" };
        return Err(wrong(format!("reads {table}.{column}{by}, which is a caseworker's opinion")));
    }
    if let Some(protected) = plan.protected.first() {
        return Err(wrong(format!("reads the protected attribute '{}'", protected.as_str())));
    }
    if let Some((table, _)) = plan.columns.iter().find(|(table, _)| !reads.contains(table)) {
        return Err(wrong(format!("reads {table} and does not declare it")));
    }
    Ok(plan.schema.fields().iter().map(|field| field.name().clone()).collect())
}

/// A text column of a batch, of any type; none where there is no such column.
pub(super) fn text(batch: &RecordBatch, name: &str) -> Result<Option<Vec<Option<String>>>, ModelError> {
    let Some(column) = batch.column_by_name(name) else { return Ok(None) };
    let column = cast(column, &DataType::Utf8).map_err(|e| QueryError::engine(e.into()))?;
    Ok(Some(column.as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect()))
}

/// A column of whole numbers; none where there is no such column.
pub(super) fn whole(batch: &RecordBatch, name: &str) -> Result<Option<Vec<Option<i64>>>, ModelError> {
    let Some(column) = batch.column_by_name(name) else { return Ok(None) };
    let column = cast(column, &DataType::Int64).map_err(|e| QueryError::engine(e.into()))?;
    Ok(Some(column.as_primitive::<Int64Type>().iter().collect()))
}

/// Columns of features as they are read, missing values not yet filled.
pub(super) type Columns = Vec<Vec<Option<f64>>>;

impl FeatureQuery {
    /// The query of that name; none where there is no such.
    pub(super) fn named(name: &str) -> Option<Result<Self, ModelError>> {
        let (name, text) = FEATURES.iter().find(|(known, _)| *known == name)?;
        let header = read_header::<Header>(name, text).map_err(ModelError::from);
        Some(header.map(|header| Self::of(name, text, header)))
    }

    fn of(name: &'static str, text: &'static str, header: Header) -> Self {
        let Header { meaning, subject, reads, optional, columns } = header;
        Self { name, meaning, subject, columns, reads, optional, text }
    }

    /// Refuses a query that reads a protected attribute or a caseworker's opinion, that gives other
    /// columns than it names, or that reads tables it does not declare.
    pub async fn check(&self, planner: &Planner) -> Result<(), ModelError> {
        let name = format!("features {}", self.name);
        let wrong = |message: String| ModelError::Spec { model: name.clone(), message };
        let gives = check_reading(planner, &name, self.text, &self.reads).await?;
        let own = gives.iter().map(String::as_str);
        let mut features: Vec<&str> = own.filter(|name| !BESIDE.contains(name) && !name.starts_with("row_")).collect();
        features.sort_unstable();
        if !features.iter().copied().eq(self.columns.keys().map(String::as_str)) {
            return Err(wrong(format!("gives {} and documents {:?}", features.join(", "), self.columns.keys())));
        }
        if let Some(missing) = BESIDE[..3].iter().find(|needed| !gives.iter().any(|name| name == *needed)) {
            return Err(wrong(format!("gives no column {missing}")));
        }
        Ok(())
    }

    /// The text, for hashes.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Runs it over a snapshot: subjects, and the columns of its features, missing values left so.
    pub(super) async fn read(&self, session: &Session) -> Result<(FeatureTable, Columns), ModelError> {
        let ready = session.ready_query(&format!("features {}", self.name), self.text).await?;
        let mut batches = ready.stream()?;
        let mut table = FeatureTable {
            names: self.columns.keys().cloned().collect(),
            least: self.columns.values().map(|column| column.least).collect(),
            ..FeatureTable::default()
        };
        let mut columns: Columns = vec![Vec::new(); table.names.len()];
        while let Some(batch) = batches.next().await {
            let batch = &batch.map_err(QueryError::engine)?;
            let needed = |name: &str| {
                let missing = || ModelError::Spec { model: self.name.to_owned(), message: format!("no column {name}") };
                text(batch, name)?.ok_or_else(missing)
            };
            let n = batch.num_rows();
            match batch.column_by_name("subject_key").filter(|c| *c.data_type() == DataType::Int32) {
                Some(keys) => {
                    table.keys.extend(keys.as_primitive::<Int32Type>().values().iter().map(|k| Key::Dense(*k)))
                }
                None => table.keys.extend(needed("subject_key")?.into_iter().map(|k| Key::Code(k.unwrap_or_default()))),
            }
            table.subjects.extend(needed("subject_no")?.into_iter().map(Option::unwrap_or_default));
            table.regions.extend(needed("region_code")?.into_iter().map(Option::unwrap_or_default));
            let group = text(batch, "peer_group")?.unwrap_or_else(|| vec![None; n]);
            table.peers.extend(group.into_iter().map(Option::unwrap_or_default));
            table.cases.extend(text(batch, "case_key")?.unwrap_or_else(|| vec![None; n]));
            let mut rows = vec![Vec::new(); n];
            for field in batch.schema_ref().fields().iter().filter(|f| f.name().starts_with("row_")) {
                let ids = whole(batch, field.name())?.unwrap_or_default();
                rows.iter_mut().zip(ids).for_each(|(rows, id)| rows.extend(id));
            }
            table.evidence.extend(rows);
            for (name, values) in table.names.iter().zip(&mut columns) {
                let missing = || ModelError::Spec { model: self.name.to_owned(), message: format!("no column {name}") };
                let column = batch.column_by_name(name).ok_or_else(missing)?;
                let column = cast(column, &DataType::Float64).map_err(|e| QueryError::engine(e.into()))?;
                values.extend(column.as_primitive::<Float64Type>().iter().map(|v| v.filter(|v| v.is_finite())));
            }
        }
        Ok((table, columns))
    }
}

impl FeatureTable {
    /// Puts in the columns of its features.
    pub(super) fn with(mut self, columns: &Columns) -> Self {
        self.rows = Array2::from_elem((self.subjects.len(), self.names.len()), f64::NAN);
        for (mut to, values) in self.rows.columns_mut().into_iter().zip(columns) {
            to.iter_mut().zip(values).for_each(|(to, value)| *to = value.unwrap_or(f64::NAN));
        }
        self
    }

    /// A subject's value of a feature; none where it is missing.
    pub fn known(&self, subject: usize, feature: usize) -> Option<f64> {
        Some(self.rows[[subject, feature]]).filter(|value| !value.is_nan())
    }

    /// How many values of a feature are missing.
    pub fn missing(&self, feature: usize) -> usize {
        self.rows.column(feature).iter().filter(|value| value.is_nan()).count()
    }
}

/// Whether protected groups of a kind of subject are looked at: those of villages, regions and institutions are not.
pub fn has_groups(subject: SubjectKind) -> bool {
    GROUPS.iter().any(|(known, _)| *known == subject.as_str())
}

/// Shows each protected group of each subject of a kind, as (subject, attribute, value), a batch at a time;
/// nothing where they are not looked at. For fairness alone.
pub async fn each_group(
    subject: SubjectKind,
    session: &Session,
    mut show: impl FnMut(&str, &str, &str),
) -> Result<(), ModelError> {
    let Some((name, sql)) = GROUPS.iter().find(|(known, _)| *known == subject.as_str()) else { return Ok(()) };
    let mut batches = session.sql(sql).await?.execute_stream().await.map_err(QueryError::engine)?;
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(QueryError::engine)?;
        let told = |column: &str| {
            let missing =
                || ModelError::Spec { model: format!("groups {name}"), message: format!("no column {column}") };
            text(&batch, column)?.ok_or_else(missing)
        };
        let [subjects, attributes, values] = [told("subject_no")?, told("attribute")?, told("value")?];
        let registers = told("register")?;
        for (i, register) in registers.iter().enumerate() {
            // Of a register that was not handed over nothing is known, not even that nobody is in it.
            if register.as_ref().is_none_or(|register| !session.present().contains(register.as_str())) {
                continue;
            }
            if let (Some(subject), Some(attribute), Some(value)) = (&subjects[i], &attributes[i], &values[i]) {
                show(subject, attribute, value);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) fn listed() -> (Vec<&'static str>, Vec<&'static str>) {
    let names = |of: &[(&'static str, &str)]| of.iter().map(|(name, _)| *name).collect();
    (names(FEATURES), names(GROUPS))
}

#[cfg(test)]
pub(super) fn of_text(name: &'static str, text: &'static str) -> FeatureQuery {
    FeatureQuery::of(name, text, read_header(name, text).unwrap())
}
