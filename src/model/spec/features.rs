use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::query::library::{Planner, read_header};
use crate::query::{QueryError, Session};

/// What a feature is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Unit.
    pub unit: String,
    /// Meaning in Chinese.
    pub zh: String,
    /// Meaning in English.
    pub en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    meaning: String,
    subject: String,
    reads: Vec<String>,
    columns: BTreeMap<String, Column>,
}

/// A feature query: one row a subject; `subject_no`, `region_code`, then the features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureQuery {
    /// File stem.
    pub name: &'static str,
    /// What a row is.
    pub meaning: String,
    /// household, village or official.
    pub subject: String,
    /// Features by name.
    pub columns: BTreeMap<String, Column>,
    reads: Vec<String>,
    text: &'static str,
}

macro_rules! sql {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../queries/", $folder, "/", $name, ".sql")))),*]
    };
}

/// Every feature query. A test holds this list against the folder.
const FEATURES: &[(&str, &str)] = sql!["features": "household", "official", "village"];
/// Protected groups by subject, for the fairness of alarms alone.
const GROUPS: &[(&str, &str)] = sql!["groups": "household"];

/// Columns that hold what a caseworker thinks, and not what is: no model may learn from them.
const OPINIONS: [(&str, &str); 3] = [("application", "cause"), ("award", "tier"), ("award", "single_person")];

/// Features of subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTable {
    /// The source's own numbers (n).
    pub subjects: Vec<String>,
    /// Where they belong (n).
    pub regions: Vec<String>,
    /// Names of the features (d).
    pub names: Vec<String>,
    /// n × d, missing values filled by the median of the column.
    pub rows: Array2<f64>,
    /// Values that were missing, by feature (d).
    pub missing: Vec<usize>,
}

impl FeatureQuery {
    /// The query of that name; none where there is no such.
    pub(super) fn named(name: &str) -> Option<Result<Self, ModelError>> {
        let (name, text) = FEATURES.iter().find(|(known, _)| *known == name)?;
        let header = read_header::<Header>(name, text).map_err(ModelError::from);
        Some(header.map(|Header { meaning, subject, reads, columns }| Self {
            name,
            meaning,
            subject,
            columns,
            reads,
            text,
        }))
    }

    /// Refuses a query that reads a protected attribute or a caseworker's opinion, that gives other
    /// columns than it names, or that reads tables it does not declare.
    pub async fn check(&self, planner: &Planner) -> Result<(), ModelError> {
        let wrong = |message: String| ModelError::Spec { model: format!("features {}", self.name), message };
        let plan = planner.read_by(self.name, self.text).await?;
        if let Some(protected) = plan.protected.first() {
            return Err(wrong(format!("reads the protected attribute '{}'", protected.as_str())));
        }
        for (table, column) in &plan.columns {
            if OPINIONS.contains(&(table.as_str(), column.as_str())) {
                return Err(wrong(format!("reads {table}.{column}, which is a caseworker's opinion")));
            }
            if !self.reads.contains(table) {
                return Err(wrong(format!("reads {table} and does not declare it")));
            }
        }
        let own = plan.schema.fields().iter().map(|field| field.name().as_str());
        let mut features: Vec<&str> = own.filter(|name| !["subject_no", "region_code"].contains(name)).collect();
        features.sort_unstable();
        if !features.iter().copied().eq(self.columns.keys().map(String::as_str)) {
            return Err(wrong(format!("gives {} and documents {:?}", features.join(", "), self.columns.keys())));
        }
        Ok(())
    }

    /// Runs it over a snapshot.
    pub async fn run(&self, session: &Session) -> Result<FeatureTable, ModelError> {
        let frame = session.sql(self.text).await?;
        let batches = frame.collect().await.map_err(QueryError::engine)?;
        let names: Vec<String> = self.columns.keys().cloned().collect();
        let (mut subjects, mut regions) = (Vec::new(), Vec::new());
        let mut columns: Vec<Vec<Option<f64>>> = vec![Vec::new(); names.len()];
        for batch in batches {
            let column = |name: &str, kind: &DataType| {
                let missing = || ModelError::Spec { model: self.name.to_owned(), message: format!("no column {name}") };
                let column = batch.column_by_name(name).ok_or_else(missing)?;
                cast(column, kind).map_err(|e| ModelError::from(QueryError::engine(e.into())))
            };
            let text = |name: &str| -> Result<Vec<String>, ModelError> {
                let column = column(name, &DataType::Utf8)?;
                Ok(column.as_string::<i32>().iter().map(|v| v.unwrap_or_default().to_owned()).collect())
            };
            subjects.extend(text("subject_no")?);
            regions.extend(text("region_code")?);
            for (name, values) in names.iter().zip(&mut columns) {
                let column = column(name, &DataType::Float64)?;
                let column = column.as_primitive::<Float64Type>();
                values.extend(column.iter().map(|v| v.filter(|v| v.is_finite())));
            }
        }
        let missing = columns.iter().map(|values| values.iter().filter(|v| v.is_none()).count()).collect();
        let mut rows = Array2::zeros((subjects.len(), names.len()));
        for (mut to, values) in rows.columns_mut().into_iter().zip(&columns) {
            let mut known: Vec<f64> = values.iter().flatten().copied().collect();
            known.sort_unstable_by(f64::total_cmp);
            let middle = known.get(known.len() / 2).copied().unwrap_or(0.0);
            to.iter_mut().zip(values).for_each(|(to, value)| *to = value.unwrap_or(middle));
        }
        Ok(FeatureTable { subjects, regions, names, rows, missing })
    }
}

/// Protected groups of the subjects of a kind: attribute → subject → value. For fairness alone.
pub async fn groups(
    subject: &str,
    session: &Session,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, ModelError> {
    let mut groups: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let Some((_, text)) = GROUPS.iter().find(|(known, _)| *known == subject) else { return Ok(groups) };
    for batch in session.sql(text).await?.collect().await.map_err(QueryError::engine)? {
        let text = |i: usize| {
            cast(batch.column(i), &DataType::Utf8).map_err(|e| ModelError::from(QueryError::engine(e.into())))
        };
        let columns = [text(0)?, text(1)?, text(2)?];
        let [subject, attribute, value] = columns.each_ref().map(|column| column.as_string::<i32>());
        for i in 0..batch.num_rows() {
            let of = groups.entry(attribute.value(i).to_owned()).or_default();
            of.insert(subject.value(i).to_owned(), value.value(i).to_owned());
        }
    }
    Ok(groups)
}

#[cfg(test)]
pub(super) fn listed() -> (Vec<&'static str>, Vec<&'static str>) {
    let names = |of: &[(&'static str, &str)]| of.iter().map(|(name, _)| *name).collect();
    (names(FEATURES), names(GROUPS))
}

#[cfg(test)]
pub(super) fn of_text(name: &'static str, text: &'static str) -> FeatureQuery {
    let Header { meaning, subject, reads, columns } = read_header(name, text).unwrap();
    FeatureQuery { name, meaning, subject, columns, reads, text }
}
