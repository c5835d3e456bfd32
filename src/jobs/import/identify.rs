//! Who is who in an import: keys for every number, and what is said of those that were inferred.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::contract::{Table, contract};
use crate::identity::{
    Candidates, IdentityRows, Issue, KeyIndex, Keys, PersonCollector, count_methods, issues_batch, name_column,
    person_columns,
};
use crate::snapshot::{TableWriter, identity_schema, issue_schema};

use super::context::{cell, each, texts};
use super::link::link_open;
use super::{ImportError, Work};

impl Work {
    /// Gives every number its key.
    pub(super) fn identify(&mut self) -> Result<Keys, ImportError> {
        let mut numbers = std::mem::take(&mut self.numbers);
        let own: BTreeMap<String, KeyIndex> =
            numbers.own.into_iter().map(|(table, texts)| (table, KeyIndex::new(texts))).collect();
        self.place_unnumbered(std::mem::take(&mut numbers.unnumbered), own.get("household"), &mut numbers.persons)?;
        let institutions = own.get("institution");
        let standing = std::mem::take(&mut self.standing);
        let is_institution = |text: &str| institutions.is_some_and(|i| i.key(text).is_some());
        let mut candidates = numbers.persons.candidates(is_institution, standing);
        // The register names people best; without one, whoever else names them. What grows by the month
        // names nobody whom the files of the families do not.
        let registered = self.parts.contains_key("person");
        for table in contract().tables.iter().filter(|t| if registered { t.name == "person" } else { !t.grows() }) {
            each(&self.parts, &table.name, |table, batch| {
                observe(table, batch, &mut candidates);
                Ok(())
            })?;
        }
        let mut repaired = candidates.repair();
        link_open(&mut repaired, &self.parts, &self.folder)?;
        Ok(Keys { persons: repaired.finish(), numbers: own, ..Keys::default() })
    }

    /// Finds the families of those without a number whom benefits cover or pay.
    fn place_unnumbered(
        &self,
        mut met: BTreeMap<String, BTreeSet<(String, Option<String>)>>,
        households: Option<&KeyIndex>,
        persons: &mut PersonCollector,
    ) -> Result<(), ImportError> {
        if met.is_empty() {
            return Ok(());
        }
        each(&self.parts, "award", |_, batch| {
            let (awards, families) = (texts(batch, "award_no"), texts(batch, "household_no"));
            for row in 0..batch.num_rows() {
                let family = cell(families, row).filter(|no| households.is_some_and(|known| known.key(no).is_some()));
                // A benefit of several rows has the family of the first.
                for (placeholder, name) in cell(awards, row).and_then(|award| met.remove(award)).unwrap_or_default() {
                    persons.add_unnumbered(&placeholder, name.as_deref(), family);
                }
            }
            Ok(())
        })?;
        for (placeholder, name) in met.into_values().flatten() {
            persons.add_unnumbered(&placeholder, name.as_deref(), None);
        }
        Ok(())
    }

    /// Counts the inferred references of a table, by method and by probability.
    pub(super) fn count_inferred(&mut self, table: &str, issues: &[Issue]) {
        if !issues.is_empty() {
            count_methods(issues, self.identity.inferred.entry(table.to_owned()).or_default());
        }
        for inference in issues.iter().map(|issue| &issue.inference) {
            const ENDS: [u32; 6] = [999, 990, 950, 900, 500, 0];
            let thousandths = |probability: f64| (probability * 1000.0).round() as u64;
            if let Some(probability) = inference.probability {
                let band = ENDS.iter().find(|end| probability * 1000.0 >= f64::from(**end)).copied().unwrap_or(0);
                let bands = self.identity.links.entry(inference.method.as_str().to_owned()).or_default();
                *bands.entry(band).or_default() += 1;
                self.identity.expected.0 += thousandths(probability);
            }
            self.identity.expected.1 += inference.offered.map_or(0, |(_, probability)| thousandths(probability));
        }
    }

    /// Writes who was found, and which references were not plainly valid.
    pub(super) fn write_identity(&mut self, keys: &Keys) -> Result<(), ImportError> {
        let path = |name: &str| self.snapshot.join(format!("{name}.parquet"));
        let mut writer = TableWriter::create(path("identity"), identity_schema(), &["person_key".to_owned()])?;
        let mut rows = IdentityRows::new(&keys.persons, &self.names);
        if self.tables.contains_key("person") {
            let file = File::open(path("person")).map_err(|e| ImportError::io(&path("person"), e))?;
            let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), IdentityRows::PERSON_COLUMNS);
            for batch in builder.with_projection(mask).build()? {
                let batch = in_order(&batch?, &IdentityRows::PERSON_COLUMNS)?;
                rows.register(&batch)?.into_iter().try_for_each(|batch| writer.write(batch))?;
            }
        }
        rows.finish()?.into_iter().try_for_each(|batch| writer.write(batch))?;
        let entry = writer.finish()?;

        let mut writer = TableWriter::create(path("identity_issue"), issue_schema(), &["row_id".to_owned()])?;
        self.issues.sort_by(|a, b| (a.1.row_id, &a.1.column).cmp(&(b.1.row_id, &b.1.column)));
        for issues in self.issues.chunks(8192) {
            let rows: Vec<(&str, &Issue)> = issues.iter().map(|(table, issue)| (*table, issue)).collect();
            writer.write(issues_batch(&rows)?)?;
        }
        let issues = writer.finish()?;
        self.tables.extend([("identity".to_owned(), entry), ("identity_issue".to_owned(), issues)]);
        Ok(())
    }
}

/// Shows a batch's people to the search for those whom faulty numbers mean.
fn observe(table: &Table, batch: &RecordBatch, candidates: &mut Candidates) {
    for column in person_columns(table) {
        let numbers = texts(batch, &column.name);
        let Some(names) = name_column(table, column).and_then(|name| texts(batch, &name)) else { continue };
        for row in 0..batch.num_rows() {
            if let Some(number) = cell(numbers, row) {
                candidates.observe(number, cell(Some(names), row));
            }
        }
    }
}

fn in_order(batch: &RecordBatch, names: &[&str]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let indices = names.iter().map(|name| batch.schema().index_of(name)).collect::<Result<Vec<_>, _>>()?;
    batch.project(&indices)
}
