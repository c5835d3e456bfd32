//! The tables of a case: CSV text with labels for keys, made into stored rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanBuilder, Date32Builder, Float64Builder, Int32Array, Int32Builder, Int64Builder,
    RecordBatch, StringBuilder, TimestampSecondBuilder, new_null_array,
};
use arrow::datatypes::{DataType, Int32Type, SchemaRef};
use chrono::{NaiveDate, NaiveDateTime};

use super::tables::{stored_tables, table_schema};
use crate::contract::{ROW_ID, contract, key_column, own_key};

/// Labels met, by what they stand for: `person` → `p1` → 0.
#[derive(Debug, Default)]
pub(super) struct Labels(BTreeMap<String, BTreeMap<String, i32>>);

impl Labels {
    fn key(&mut self, role: &str, label: &str) -> i32 {
        let labels = self.0.entry(role.to_owned()).or_default();
        let next = labels.len() as i32;
        *labels.entry(label.to_owned()).or_insert(next)
    }

    /// The label of a key.
    pub(super) fn label(&self, role: &str, key: i32) -> Option<&str> {
        self.0.get(role)?.iter().find(|(_, k)| **k == key).map(|(label, _)| label.as_str())
    }
}

/// Key columns end in `_key`, those of the two spouses of a marriage in `_key_a` and `_key_b`.
fn is_key(column: &str) -> bool {
    ["_key", "_key_a", "_key_b"].iter().any(|end| column.ends_with(end))
}

/// What a key column of a table stands for: `payee_key` of `payment` → `person`.
fn role(table: &str, column: &str) -> Option<String> {
    if own_key(table).as_deref() == Some(column) {
        return Some(table.to_owned());
    }
    let referred = contract()
        .table(table)
        .into_iter()
        .flat_map(|t| &t.columns)
        .find(|c| key_column(c).as_deref() == Some(column))
        .and_then(|c| c.references.clone());
    referred.or_else(|| match column {
        "counter_account_key" => Some("account".to_owned()),
        _ => column.strip_suffix("_key").map(str::to_owned),
    })
}

/// Makes the given tables into stored rows. What a snapshot derives is derived: an identity for every
/// person, `household_key` of payments and members from the award.
pub(super) fn tables(
    given: &BTreeMap<String, String>,
    labels: &mut Labels,
) -> Result<BTreeMap<String, Vec<RecordBatch>>, String> {
    let mut made = BTreeMap::new();
    for (table, text) in given {
        made.insert(table.clone(), rows(table, text, labels)?);
    }
    let households = awards(made.get("award"));
    for table in ["payment", "award_member"] {
        if let Some(batch) = made.get_mut(table) {
            *batch = with_household(batch, &households)?;
        }
    }
    let identity = identities(made.get("identity"), labels)?;
    made.insert("identity".to_owned(), identity);
    Ok(made.into_iter().map(|(table, batch)| (table, vec![batch])).collect())
}

fn rows(table: &str, text: &str, labels: &mut Labels) -> Result<RecordBatch, String> {
    let schema = table_schema(table).ok_or_else(|| format!("given.{table}: no such table"))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|e| format!("given.{table}: {e}"))?.clone();
    if let Some(strange) = headers.iter().find(|h| schema.column_with_name(h).is_none()) {
        return Err(format!("given.{table}: no stored column '{strange}'"));
    }
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(|e| format!("given.{table}: {e}"))?;
    let file_no = stored_tables().position(|t| t == table).map_or(0, |at| at as i64 + 1);
    let mut columns: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let name = field.name();
        let at = headers.iter().position(|h| h == name);
        let cells: Vec<Option<&str>> =
            records.iter().map(|record| at.and_then(|i| record.get(i)).filter(|cell| !cell.is_empty())).collect();
        columns.push(if name == ROW_ID && at.is_none() {
            let ids = (0..records.len() as i64).map(|i| (file_no << 40) | (i + 2));
            Arc::new(arrow::array::Int64Array::from_iter_values(ids))
        } else if let Some(role) = is_key(name).then(|| role(table, name)).flatten() {
            Arc::new(cells.iter().map(|cell| cell.map(|label| labels.key(&role, label))).collect::<Int32Array>())
        } else {
            column(field.data_type(), &cells).map_err(|cell| format!("given.{table}.{name}: cannot read '{cell}'"))?
        });
    }
    RecordBatch::try_new(schema, columns).map_err(|e| format!("given.{table}: {e}"))
}

/// A column of plain values; the first cell that cannot be read is the error.
fn column(kind: &DataType, cells: &[Option<&str>]) -> Result<ArrayRef, String> {
    macro_rules! build {
        ($builder:expr, $read:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                match cell {
                    None => builder.append_null(),
                    Some(cell) => builder.append_value($read(cell).ok_or_else(|| (*cell).to_owned())?),
                }
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    Ok(match kind {
        DataType::Int32 => build!(Int32Builder::new(), |c: &str| c.parse().ok()),
        DataType::Int64 => build!(Int64Builder::new(), |c: &str| c.parse().ok()),
        DataType::Float64 => build!(Float64Builder::new(), |c: &str| c.parse().ok()),
        DataType::Boolean => build!(BooleanBuilder::new(), |c: &str| c.parse().ok()),
        DataType::Date32 => build!(Date32Builder::new(), |c: &str| day(c).map(|d| d.to_epoch_days())),
        DataType::Timestamp(..) => build!(TimestampSecondBuilder::new(), |c: &str| c
            .parse::<NaiveDateTime>()
            .ok()
            .or_else(|| NaiveDateTime::parse_from_str(c, "%Y-%m-%d %H:%M:%S").ok())
            .map(|t| t.and_utc().timestamp())),
        _ => build!(StringBuilder::new(), |c: &str| Some(c.to_owned())),
    })
}

/// A day, or the first day of a month written `2024-03`.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    text.parse().or_else(|_| format!("{text}-01").parse()).ok()
}

fn keys<'a>(batch: &'a RecordBatch, column: &str) -> Option<&'a Int32Array> {
    batch.column_by_name(column)?.as_primitive_opt::<Int32Type>()
}

fn awards(batch: Option<&RecordBatch>) -> BTreeMap<i32, i32> {
    let pair = batch.and_then(|b| Some((keys(b, "award_key")?, keys(b, "household_key")?)));
    pair.into_iter()
        .flat_map(|(awards, households)| awards.iter().zip(households))
        .filter_map(|(award, household)| Some((award?, household?)))
        .collect()
}

fn with_household(batch: &RecordBatch, households: &BTreeMap<i32, i32>) -> Result<RecordBatch, String> {
    let (Some(awards), Some(own)) = (keys(batch, "award_key"), keys(batch, "household_key")) else {
        return Ok(batch.clone());
    };
    let filled: Int32Array =
        own.iter().zip(awards).map(|(own, award)| own.or_else(|| households.get(&award?).copied())).collect();
    replace(batch, "household_key", Arc::new(filled))
}

fn replace(batch: &RecordBatch, column: &str, values: ArrayRef) -> Result<RecordBatch, String> {
    let schema = batch.schema();
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, old)| if field.name() == column { Arc::clone(&values) } else { Arc::clone(old) })
        .collect();
    RecordBatch::try_new(schema, columns).map_err(|e| e.to_string())
}

/// The given identities, and one for every other person label: in the register, nothing else known.
fn identities(given: Option<&RecordBatch>, labels: &Labels) -> Result<RecordBatch, String> {
    let schema: SchemaRef = table_schema("identity").ok_or("there is no table identity")?;
    let known: BTreeSet<i32> = given.and_then(|b| keys(b, "person_key")).into_iter().flatten().flatten().collect();
    let others: Vec<(&String, i32)> = labels
        .0
        .get("person")
        .into_iter()
        .flatten()
        .map(|(label, key)| (label, *key))
        .filter(|(_, key)| !known.contains(key))
        .collect();
    let columns = schema
        .fields()
        .iter()
        .map(|field| -> ArrayRef {
            match field.name().as_str() {
                "person_key" => Arc::new(Int32Array::from_iter_values(others.iter().map(|(_, key)| *key))),
                "id_number" => {
                    Arc::new(arrow::array::StringArray::from_iter_values(others.iter().map(|(label, _)| label)))
                }
                "in_register" => Arc::new(arrow::array::BooleanArray::from(vec![true; others.len()])),
                _ => new_null_array(field.data_type(), others.len()),
            }
        })
        .collect();
    let made = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|e| e.to_string())?;
    match given {
        Some(given) => arrow::compute::concat_batches(&schema, [given, &made]).map_err(|e| e.to_string()),
        None => Ok(made),
    }
}
