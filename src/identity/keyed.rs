//! From the texts of an export to dense keys, batch by batch.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int32Builder, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;

use crate::contract::{Column, ROW_ID, Table, key_column, own_key, stored_name, stored_schema};

use super::inference::{Inference, Method};
use super::interner::KeyIndex;
use super::persons::Persons;

/// Every dictionary of a snapshot.
#[derive(Debug, Default)]
pub struct Keys {
    /// Persons.
    pub persons: Persons,
    /// Own numbers of the other tables that are referred to, by table.
    pub numbers: BTreeMap<String, KeyIndex>,
    /// Household of each award, by award key; known once the awards are written.
    pub award_household: OnceLock<Vec<Option<i32>>>,
    /// Which persons the household register has, by person key; known once it is written.
    pub registered: OnceLock<Vec<bool>>,
}

impl Keys {
    fn is_registered(&self, person: i32) -> bool {
        self.registered.get().and_then(|known| known.get(person as usize)).is_some_and(|known| *known)
    }
}

/// A reference to a person whose number was not plainly valid.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Where it stands.
    pub row_id: i64,
    /// Column.
    pub column: String,
    /// Cell text.
    pub raw_text: String,
    /// Name beside it.
    pub name: Option<String>,
    /// Key it got.
    pub person_key: Option<i32>,
    /// What was inferred.
    pub inference: Inference,
}

/// One batch in stored form.
#[derive(Debug)]
pub struct Keyed {
    /// Rows under [`stored_schema`].
    pub batch: RecordBatch,
    /// Faulty references to persons.
    pub issues: Vec<Issue>,
    /// References that name no row of the table they refer to, by column.
    pub dangling: BTreeMap<String, u64>,
    /// First name met of each person whom the register does not have, with its `row_id`.
    pub names: BTreeMap<i32, (i64, String)>,
}

/// The column that holds the name beside a column of ID numbers: `payee_id_number` → `payee_name`.
pub fn name_column(table: &Table, number: &Column) -> Option<String> {
    let name = number.name.replace("id_number", "name");
    table.column(&name).map(|c| c.name.clone())
}

/// Columns of a table that name persons by ID number, its own number included.
pub fn person_columns(table: &Table) -> impl Iterator<Item = &Column> {
    let own = table.name == "person";
    table.columns.iter().filter(move |c| c.references.as_deref() == Some("person") || (own && c.primary))
}

/// What in a row tells the family in whose file it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyFile {
    /// The family's number, `household_no`.
    Household,
    /// A benefit of the family, `award_no`.
    Award,
}

/// What tells the family in whose file the rows of a table stand, where they stand in one. Whom an official declares
/// as a relative is named beside a family, and is not one of it for that.
pub fn file_of_family(table: &Table) -> Option<FamilyFile> {
    if table.name == "relative_declaration" {
        return None;
    }
    if table.column("household_no").is_some() {
        return Some(FamilyFile::Household);
    }
    table.column("award_no").map(|_| FamilyFile::Award)
}

/// Turns batches of a table into stored form.
#[derive(Debug)]
pub struct Keyer {
    table: &'static Table,
    schema: SchemaRef,
    keys: Arc<Keys>,
}

impl Keyer {
    /// For a table of the contract.
    pub fn new(table: &'static Table, keys: Arc<Keys>) -> Self {
        Self { table, schema: stored_schema(table), keys }
    }

    /// The stored schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Adds keys to a batch that has the contract's stored columns and `row_id`.
    pub fn key(&self, batch: &RecordBatch) -> Result<Keyed, ArrowError> {
        let mut found: BTreeMap<String, ArrayRef> = BTreeMap::new();
        let (mut issues, mut dangling, mut names) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for column in &self.table.columns {
            let Some(key_name) = self.key_name(column) else { continue };
            let texts = text_column(batch, column)?;
            let target = column.references.as_deref().unwrap_or(&self.table.name);
            let keys = if target == "person" {
                self.person_keys(batch, column, texts, &mut issues, &mut names)?
            } else {
                self.number_keys(target, texts)
            };
            let missing = keys.null_count() - texts.null_count();
            if missing > 0 && target != "person" {
                dangling.insert(column.name.clone(), missing as u64);
            }
            found.insert(key_name, Arc::new(keys));
        }
        self.derive(batch, &mut found)?;
        let columns = self
            .schema
            .fields()
            .iter()
            .map(|field| match found.remove(field.name()) {
                Some(keys) => Ok(keys),
                None => batch.column_by_name(field.name()).cloned().ok_or_else(|| missing_column(field.name())),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Keyed { batch: RecordBatch::try_new(Arc::clone(&self.schema), columns)?, issues, dangling, names })
    }

    fn key_name(&self, column: &Column) -> Option<String> {
        if column.primary { own_key(&self.table.name) } else { key_column(column) }
    }

    fn number_keys(&self, table: &str, texts: &StringArray) -> Int32Array {
        let Some(index) = self.keys.numbers.get(table) else { return Int32Array::new_null(texts.len()) };
        let mut keys = Int32Builder::with_capacity(texts.len());
        let mut last: Option<(&str, Option<i32>)> = None;
        for text in texts {
            let key = text.and_then(|text| match last {
                Some((known, key)) if known == text => key,
                _ => {
                    let key = index.key(text);
                    last = Some((text, key));
                    key
                }
            });
            keys.append_option(key);
        }
        keys.finish()
    }

    fn person_keys(
        &self,
        batch: &RecordBatch,
        column: &Column,
        texts: &StringArray,
        issues: &mut Vec<Issue>,
        met: &mut BTreeMap<i32, (i64, String)>,
    ) -> Result<Int32Array, ArrowError> {
        let names = name_column(self.table, column);
        let names = names.and_then(|name| batch.column_by_name(&name)).map(|c| c.as_string::<i32>());
        let row_ids = row_ids(batch)?;
        let institutions = self.institutions(column);
        let mut keys = Int32Builder::with_capacity(texts.len());
        for (i, text) in texts.iter().enumerate() {
            let Some(text) = text.filter(|t| institutions.is_none_or(|index| index.key(t).is_none())) else {
                keys.append_null();
                continue;
            };
            let name = names.filter(|n| n.is_valid(i)).map(|n| n.value(i));
            let persons = &self.keys.persons;
            let (mut key, inference) =
                if column.primary { persons.own(text, name) } else { persons.resolve(text, name) };
            if key.is_none() {
                key = persons.unnumbered(text, name, self.household(batch, i));
            }
            keys.append_option(key);
            if let (Some(key), Some(name)) = (key, name)
                && !self.keys.is_registered(key)
            {
                met.entry(key).or_insert_with(|| (row_ids.value(i), name.to_owned()));
            }
            if let Some(inference) = inference {
                issues.push(Issue {
                    row_id: row_ids.value(i),
                    column: column.name.clone(),
                    raw_text: text.to_owned(),
                    name: name.map(str::to_owned),
                    // A placeholder outside of families' files is told of, and means nobody.
                    person_key: key.or_else(|| persons.text_key(&inference.normal_text)),
                    inference,
                });
            }
        }
        Ok(keys.finish())
    }

    /// The number of the family in whose file a row stands.
    fn household<'b>(&'b self, batch: &'b RecordBatch, row: usize) -> Option<&'b str> {
        let text = |name: &str| {
            let texts = batch.column_by_name(name)?.as_string_opt::<i32>()?;
            texts.is_valid(row).then(|| texts.value(row))
        };
        let numbers = &self.keys.numbers;
        match file_of_family(self.table)? {
            FamilyFile::Household => text("household_no"),
            FamilyFile::Award => {
                let award = numbers.get("award")?.key(text("award_no")?)?;
                let household = (*self.keys.award_household.get()?.get(usize::try_from(award).ok()?)?)?;
                Some(numbers.get("household")?.text(household))
            }
        }
    }

    /// An institution's account has the institution number where a person's has the ID number.
    fn institutions(&self, column: &Column) -> Option<&KeyIndex> {
        let holder = self.table.name == "account" && column.name == "holder_id_number";
        holder.then(|| self.keys.numbers.get("institution")).flatten()
    }

    /// Keys that follow from other columns or other tables.
    fn derive(&self, batch: &RecordBatch, found: &mut BTreeMap<String, ArrayRef>) -> Result<(), ArrowError> {
        let text = |name: &str| match self.table.column(name) {
            Some(column) => text_column(batch, column),
            None => Err(missing_column(name)),
        };
        match self.table.name.as_str() {
            "payment" | "award_member" => {
                let awards = found.get("award_key").ok_or_else(|| missing_column("award_key"))?;
                let household = |award: Option<i32>| {
                    self.keys.award_household.get()?.get(usize::try_from(award?).ok()?).copied().flatten()
                };
                let keys: Int32Array = awards.as_primitive::<Int32Type>().iter().map(household).collect();
                found.insert("household_key".to_owned(), Arc::new(keys));
            }
            "account" => {
                let keys = self.number_keys("institution", text("holder_id_number")?);
                found.insert("institution_key".to_owned(), Arc::new(keys));
            }
            "account_transaction" => {
                let keys = self.number_keys("account", text("counter_account_no")?);
                found.insert("counter_account_key".to_owned(), Arc::new(keys));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Counts inferred references by method.
pub fn count_methods(issues: &[Issue], into: &mut BTreeMap<String, u64>) {
    for issue in issues {
        *into.entry(issue.inference.method.as_str().to_owned()).or_default() += 1;
        if issue.inference.offered.is_some() {
            *into.entry("offered".to_owned()).or_default() += 1;
        }
    }
    debug_assert!(issues.iter().all(|i| i.inference.method == Method::Unresolved || i.person_key.is_some()));
}

fn text_column<'b>(batch: &'b RecordBatch, column: &Column) -> Result<&'b StringArray, ArrowError> {
    let name = stored_name(column);
    let array = batch.column_by_name(&name).ok_or_else(|| missing_column(&name))?;
    array.as_string_opt::<i32>().ok_or_else(|| ArrowError::SchemaError(format!("column '{name}' is not text")))
}

fn row_ids(batch: &RecordBatch) -> Result<&arrow::array::Int64Array, ArrowError> {
    let array = batch.column_by_name(ROW_ID).ok_or_else(|| missing_column(ROW_ID))?;
    array.as_primitive_opt::<Int64Type>().ok_or_else(|| ArrowError::SchemaError(format!("'{ROW_ID}' is no Int64")))
}

fn missing_column(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("column '{name}' is missing from a batch to be keyed"))
}
