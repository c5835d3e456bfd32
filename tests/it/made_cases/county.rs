//! A made county read back from its CSV files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use mingjing::contract::contract;
use mingjing::domain::date::parse_date;
use mingjing::domain::month::Month;

/// The cells of a row by column.
pub(super) struct Row(BTreeMap<String, String>);

impl Row {
    pub(super) fn text(&self, column: &str) -> &str {
        &self.0[column]
    }

    pub(super) fn is_empty(&self, column: &str) -> bool {
        self.0[column].is_empty()
    }

    pub(super) fn date(&self, column: &str) -> Option<NaiveDate> {
        parse_date(self.0[column].get(..10)?)
    }

    pub(super) fn month(&self, column: &str) -> Option<Month> {
        Month::parse(&self.0[column])
    }

    /// Money in fen.
    pub(super) fn fen(&self, column: &str) -> i64 {
        (self.0[column].parse::<f64>().unwrap_or(0.0) * 100.0).round() as i64
    }
}

/// Subject keys that a typology's words apply to.
pub(super) type Raised = BTreeSet<String>;

/// All tables of a made county, and its truth.
pub(super) struct County {
    tables: BTreeMap<String, Vec<Row>>,
    pub(super) truth: Vec<Row>,
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| Row(row.unwrap())).collect()
}

impl County {
    pub(super) fn read(folder: &Path) -> Self {
        let names = contract().tables.iter().map(|table| table.name.clone());
        let tables = names.map(|name| (name.clone(), rows(&folder.join(format!("exports/{name}.csv"))))).collect();
        Self { tables, truth: rows(&folder.join("truth.csv")) }
    }

    pub(super) fn table(&self, name: &str) -> &[Row] {
        &self.tables[name]
    }

    /// Rows of a table by a column's value.
    pub(super) fn by<'a>(&'a self, table: &str, column: &str) -> BTreeMap<&'a str, Vec<&'a Row>> {
        let mut found: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in self.table(table) {
            found.entry(row.text(column)).or_default().push(row);
        }
        found
    }

    /// ID numbers of the members of each household.
    pub(super) fn members(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in self.table("household_member") {
            found.entry(row.text("household_no")).or_default().insert(row.text("id_number"));
        }
        found
    }

    /// Whether the application led to an award.
    pub(super) fn approved(&self) -> impl Iterator<Item = &Row> {
        self.table("application").iter().filter(|row| row.text("decision") == "approved")
    }
}
